-- What the questionnaire's checks found in a case, computed by the server itself from what arrived.
-- `newest` is the batch that the findings were computed from.
CREATE TABLE checked (
    partition_id TEXT NOT NULL,
    region TEXT NOT NULL,
    newest BIGINT NOT NULL,
    questionnaire_id TEXT NOT NULL,
    errors BIGINT NOT NULL,
    doubts BIGINT NOT NULL,
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (partition_id, region)
);

CREATE TABLE finding (
    partition_id TEXT NOT NULL,
    region TEXT NOT NULL,
    place BIGINT NOT NULL,
    path TEXT NOT NULL,
    -- The path without its rows.
    question TEXT NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    message_id TEXT NOT NULL,
    message_en TEXT NOT NULL,
    settled BIGINT NOT NULL,
    PRIMARY KEY (partition_id, region, place)
);
