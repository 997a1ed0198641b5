-- How far a phone's clock was from the server's at its last hello, in milliseconds; ahead is positive.
ALTER TABLE device ADD COLUMN clock_offset_ms BIGINT;
