-- Keys of the personal answers of villages. One that was destroyed is empty and stays, so that what it sealed is known
-- to be erased and not lost.
CREATE TABLE case_key (
    partition_id TEXT NOT NULL,
    id TEXT NOT NULL,
    region TEXT NOT NULL,
    secret BLOB NOT NULL,
    made_at BIGINT NOT NULL,
    destroyed_at BIGINT,
    PRIMARY KEY (partition_id, id)
);
CREATE INDEX case_key_case ON case_key (partition_id, region);

-- Personal answers that were erased: a phone that offers one again is told that it is here.
CREATE TABLE erased (
    partition_id TEXT NOT NULL,
    op_id TEXT NOT NULL,
    region TEXT NOT NULL,
    lamport BIGINT NOT NULL,
    erased_at BIGINT NOT NULL,
    PRIMARY KEY (partition_id, op_id)
);
CREATE INDEX erased_case ON erased (partition_id, region);

-- Photos and files that were erased with them.
CREATE TABLE erased_blob (
    id TEXT NOT NULL PRIMARY KEY,
    erased_at BIGINT NOT NULL
);
