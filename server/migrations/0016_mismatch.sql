-- Where what a phone or a desk holds does not fit what is here: the end of a desk's lane, the place in the log that a
-- phone had read to, the answers of a village. A desk has no id of its own: its device is empty.
CREATE TABLE mismatch (
    partition_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    -- lane, log or village; the region is empty for the first two.
    kind TEXT NOT NULL,
    region TEXT NOT NULL,
    missing BIGINT NOT NULL,
    noted_at BIGINT NOT NULL,
    recovered_at BIGINT,
    PRIMARY KEY (partition_id, account_id, device_id, kind, region)
);
