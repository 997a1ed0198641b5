-- How much of a partition's log lies in a verified backup, and which photos do: a phone is told by op and photo.
ALTER TABLE log ADD COLUMN safe BIGINT NOT NULL DEFAULT 0;
ALTER TABLE blob ADD COLUMN safe BIGINT NOT NULL DEFAULT 0;
