-- What was kept aside may be let in by a supervisor, and stays on record here.
ALTER TABLE quarantine ADD COLUMN admitted_at BIGINT;
ALTER TABLE quarantine ADD COLUMN admitted_by TEXT;

-- Which villages' answers name a photo or file: whoever may see the village may see it.
CREATE TABLE case_blob (
    partition_id TEXT NOT NULL,
    region TEXT NOT NULL,
    blob_id TEXT NOT NULL,
    PRIMARY KEY (partition_id, region, blob_id)
);
CREATE INDEX case_blob_by_blob ON case_blob (blob_id);
