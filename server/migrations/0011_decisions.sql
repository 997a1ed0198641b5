-- Frozen rankings and selections. A record holds its own data and computes itself again.
CREATE TABLE decision (
    id TEXT NOT NULL PRIMARY KEY,
    round_id TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    -- Codes whose villages were ranked; whoever reads it must oversee each.
    regions TEXT NOT NULL,
    -- What a list shows of it, as JSON.
    facts TEXT NOT NULL,
    record BLOB NOT NULL
);

CREATE INDEX decision_by_round ON decision (round_id, made_at);
