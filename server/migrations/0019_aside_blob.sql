-- Which photos and files are named by what is kept aside: also a phone that was revoked may bring those.
CREATE TABLE aside_blob (
    partition_id TEXT NOT NULL,
    op_id TEXT NOT NULL,
    blob_id TEXT NOT NULL,
    PRIMARY KEY (partition_id, op_id)
);
CREATE INDEX aside_blob_by_blob ON aside_blob (blob_id);

-- Whether its sender was revoked when it came: what such a phone leaves here has a bound.
ALTER TABLE blob ADD COLUMN of_revoked BIGINT NOT NULL DEFAULT 0;
