-- What was revoked after the backup from which this data comes, of phones and accounts that the backup does not know:
-- a certificate must not bring them back as they were.
CREATE TABLE revoked (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);

-- Restores, and when an administrator had looked at what may have been forgotten by each.
CREATE TABLE restored (
    at BIGINT NOT NULL PRIMARY KEY,
    made_at BIGINT NOT NULL,
    -- Revocations that were carried out again; none where nobody had noted any.
    carried_out BIGINT,
    unread BIGINT NOT NULL,
    settled_at BIGINT
);
