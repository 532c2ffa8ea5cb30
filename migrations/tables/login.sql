CREATE TABLE login_attempts (
    -- Not to be guessed: whoever knows the number may ask for the result.
    id BIGINT CONSTRAINT pk_login_attempts PRIMARY KEY DEFAULT
        ('x' || substr(translate(gen_random_uuid()::text, '-', ''), 1, 16))::bit(64)::bigint
            & 9223372036854775807,
    email VARCHAR(100) COLLATE "C" NOT NULL,
    attempted_at TIMESTAMP NOT NULL,
    tag BYTEA NOT NULL,
    session_hash BYTEA NOT NULL,
    transaction_xid XID8 NOT NULL,
    database_role NAME NOT NULL DEFAULT session_user,
    -- Its own number is what login_result() takes, so nobody is shown it.
    listed_as BIGINT GENERATED ALWAYS AS IDENTITY,
    -- Used once. Without one are the attempts from before there were challenges.
    challenge BYTEA CONSTRAINT uq_login_attempts_challenge UNIQUE
);

CREATE INDEX ix_login_attempts_email_attempted_at ON login_attempts (email, attempted_at);
CREATE UNIQUE INDEX ix_login_attempts_listed_as ON login_attempts (listed_as);

-- Without a policy: nobody but the owner reaches it.
ALTER TABLE login_attempts ENABLE ROW LEVEL SECURITY;
