CREATE TABLE security_policy (
    is_only_row BOOLEAN CONSTRAINT pk_security_policy PRIMARY KEY DEFAULT true
        CONSTRAINT ck_security_policy_one_row CHECK (is_only_row),
    session_lifetime INTERVAL NOT NULL DEFAULT '24 hours'
        CONSTRAINT ck_security_policy_lifetime
        CHECK (session_lifetime BETWEEN '1 minute' AND '30 days'),
    session_idle_limit INTERVAL NOT NULL DEFAULT '2 hours'
        CONSTRAINT ck_security_policy_idle_limit
        -- When a session was last used is written once a minute, so a minute is too short.
        CHECK (session_idle_limit BETWEEN '2 minutes' AND '30 days'),
    -- Answers for unknown emails are invented from this, always the same for the same email.
    challenge_secret BYTEA NOT NULL
        DEFAULT sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')),
    -- Two managers who leave at once meet at this column: see objects/user/keep_a_manager.sql.
    managers_revision BIGINT NOT NULL DEFAULT 0,
    -- What `demo` filled, `demo` and `init` may replace.
    filled_by_demo BOOLEAN NOT NULL DEFAULT false,
    -- In every backup and nobody's to change: an event keeps its identifier in the calendars that it
    -- was imported into, whoever exports it and wherever the database moves.
    installation_id UUID NOT NULL DEFAULT gen_random_uuid()
);
COMMENT ON COLUMN security_policy.installation_id IS
    'Tells the records of this company from those of any other, as in the UIDs of calendars.';
INSERT INTO security_policy DEFAULT VALUES;

-- Without a policy: nobody but the owner reaches it.
ALTER TABLE security_policy ENABLE ROW LEVEL SECURITY;
