-- A session is a row that is found by the SHA-256 of its secret; each transaction shows the secret
-- once, to begin_session(). See docs/security.md.

-- No foreign key to users, here and below: its lock on the person's row could be made to wait, and
-- with it a login or the end of a session.
CREATE TABLE sessions (
    id BIGSERIAL CONSTRAINT pk_sessions PRIMARY KEY,
    secret_hash BYTEA NOT NULL CONSTRAINT uq_sessions_secret_hash UNIQUE
        CONSTRAINT ck_sessions_secret_hash CHECK (octet_length(secret_hash) = 32),
    user_id INTEGER NOT NULL,
    -- The SHA-256 of the hashed_password that opened it. With another password the session is over,
    -- also one that a login opened while that password was being replaced.
    credential BYTEA NOT NULL,
    attempt_id BIGINT NOT NULL CONSTRAINT uq_sessions_attempt_id UNIQUE,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);

-- Apart from sessions, because a busy session would otherwise keep its own row locked.
CREATE TABLE session_uses (
    session_id BIGINT CONSTRAINT pk_session_uses PRIMARY KEY
        CONSTRAINT fk_session_uses_session_id_sessions REFERENCES sessions (id) ON DELETE CASCADE,
    last_used_at TIMESTAMP NOT NULL
);

-- Insert-only: no lock that anybody holds delays the end of a session. It ends a person's sessions by
-- their numbers, which unlike clocks do not step back: by default all that were opened before it.
CREATE TABLE session_revocations (
    id BIGSERIAL CONSTRAINT pk_session_revocations PRIMARY KEY,
    user_id INTEGER NOT NULL,
    first_session_id BIGINT NOT NULL DEFAULT 0,
    last_session_id BIGINT NOT NULL DEFAULT nextval('sessions_id_seq'),
    revoked_at TIMESTAMP NOT NULL,
    revoked_by_id INTEGER
);
CREATE INDEX ix_session_revocations_user_id ON session_revocations (user_id, last_session_id);

-- Without policies: nobody but the owner reaches them.
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_revocations ENABLE ROW LEVEL SECURITY;
