-- What one account may leave here has a bound; these find what it has left so far.
CREATE INDEX quarantine_account ON quarantine (partition_id, account_id);
CREATE INDEX lane_account ON lane (account_id, partition_id);
CREATE INDEX blob_sender ON blob (sender);
