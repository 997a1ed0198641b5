-- The global tables: small, the same on every shard. Ids are lower-case hexadecimal, times are
-- milliseconds since 1970 given by the application, yes and no are 1 and 0.

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE hub (
    epoch TEXT NOT NULL PRIMARY KEY,
    mac_key BLOB NOT NULL,
    minted_at BIGINT NOT NULL
);

CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    username TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    regions TEXT NOT NULL,
    language TEXT NOT NULL,
    disabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_username ON account (username);

CREATE TABLE session (
    token_hash TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE setup_token (
    token_hash TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

CREATE TABLE region (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    level BIGINT NOT NULL,
    parent TEXT NOT NULL,
    search TEXT NOT NULL
);
CREATE INDEX region_parent ON region (parent);

CREATE TABLE questionnaire (
    id TEXT NOT NULL PRIMARY KEY,
    form_id TEXT NOT NULL,
    title TEXT NOT NULL,
    version TEXT NOT NULL,
    questions BIGINT NOT NULL,
    compiled BLOB NOT NULL,
    survey TEXT NOT NULL,
    choices TEXT NOT NULL,
    settings TEXT NOT NULL,
    imported_at BIGINT NOT NULL,
    imported_by TEXT NOT NULL
);

CREATE TABLE round (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    questionnaire_id TEXT NOT NULL REFERENCES questionnaire (id),
    regencies TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE assignment (
    round_id TEXT NOT NULL REFERENCES round (id),
    account_id TEXT NOT NULL REFERENCES account (id),
    region TEXT NOT NULL,
    modules TEXT NOT NULL,
    assigned_at BIGINT NOT NULL,
    -- Kept, because ops of anyone ever assigned a village are accepted.
    removed_at BIGINT,
    PRIMARY KEY (round_id, account_id, region)
);
CREATE INDEX assignment_region ON assignment (round_id, region);
CREATE INDEX assignment_account ON assignment (account_id);

CREATE TABLE device (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    secret_hash TEXT NOT NULL,
    enrolled_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    app_version TEXT NOT NULL,
    browser TEXT NOT NULL,
    persisted BIGINT NOT NULL,
    unsent BIGINT NOT NULL,
    oldest_unsent_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX device_account ON device (account_id);

CREATE TABLE enrolment (
    token_hash TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    expires_at BIGINT NOT NULL,
    redeemed_at BIGINT,
    attempt_hash TEXT,
    device_id TEXT
);

CREATE TABLE blob (
    id TEXT NOT NULL PRIMARY KEY,
    bytes BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    state TEXT NOT NULL,
    -- The device or account that sent it.
    sender TEXT NOT NULL,
    received_at BIGINT NOT NULL
);

CREATE TABLE audit (
    at BIGINT NOT NULL,
    id TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    object TEXT NOT NULL,
    PRIMARY KEY (at, id)
);
