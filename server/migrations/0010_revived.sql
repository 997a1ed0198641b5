-- Accounts that a phone brought back with its certificate, because a restored server did not know them.
ALTER TABLE account ADD COLUMN revived_at BIGINT;
