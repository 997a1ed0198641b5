-- Methods that were written here, each version as it was saved. Those that ship are in the program.
CREATE TABLE method (
    id TEXT NOT NULL,
    version TEXT NOT NULL,
    hash TEXT NOT NULL,
    -- What a list shows of it, as JSON.
    facts TEXT NOT NULL,
    document TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    PRIMARY KEY (id, version)
);
