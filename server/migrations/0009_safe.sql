-- Backups that were made and read back whole. Where there is none, answers count as safe after a while.
CREATE TABLE backup (
    id TEXT NOT NULL PRIMARY KEY,
    folder TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    verified_at BIGINT NOT NULL
);

-- How many positions of the lane lie in a verified backup.
ALTER TABLE lane ADD COLUMN safe BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stretch ADD COLUMN received_at BIGINT NOT NULL DEFAULT 0;

-- What a phone had been told is here and is not: after a restore, say. Gone once its lane fits again.
CREATE TABLE shortfall (
    partition_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    missing BIGINT NOT NULL,
    noted_at BIGINT NOT NULL,
    recovered_at BIGINT,
    PRIMARY KEY (partition_id, device_id)
);
