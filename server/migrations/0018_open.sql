-- What is kept aside of a village and still waits for somebody: each push to that village asks.
CREATE INDEX quarantine_open ON quarantine (partition_id, region, admitted_at, op_id);
