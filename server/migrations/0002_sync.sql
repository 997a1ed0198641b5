-- Case data. The partition (one kabupaten of one round) leads every key: it is the shard key.
-- A pushed batch is one compressed row; one row per answer could not keep up.

CREATE TABLE log (
    partition_id TEXT NOT NULL PRIMARY KEY,
    -- The last position given out; taken inside the inserting transaction, so that the visible
    -- order has no holes.
    position BIGINT NOT NULL
);

CREATE TABLE lane (
    partition_id TEXT NOT NULL,
    lane_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    length BIGINT NOT NULL,
    PRIMARY KEY (partition_id, lane_id)
);

-- The ids of a lane, sixteen bytes each, as they were pushed.
CREATE TABLE stretch (
    partition_id TEXT NOT NULL,
    lane_id TEXT NOT NULL,
    lane_from BIGINT NOT NULL,
    ids BLOB NOT NULL,
    PRIMARY KEY (partition_id, lane_id, lane_from)
);

CREATE TABLE batch (
    partition_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    ops BIGINT NOT NULL,
    account_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    ids BLOB NOT NULL,
    -- One byte for the form, then that form: 1 is deflated JSON of wire version 1.
    body BLOB NOT NULL,
    PRIMARY KEY (partition_id, position)
);

-- Which batches touch which case.
CREATE TABLE case_batch (
    partition_id TEXT NOT NULL,
    region TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (partition_id, region, position)
);

CREATE TABLE quarantine (
    partition_id TEXT NOT NULL,
    op_id TEXT NOT NULL,
    region TEXT NOT NULL,
    code TEXT NOT NULL,
    account_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (partition_id, op_id)
);
