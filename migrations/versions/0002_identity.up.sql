-- Who somebody is, is decided here and nowhere else: see docs/security.md.
--
-- A password never arrives: login_challenge() hands out the salt, the client derives 32 bytes with
-- Argon2id, and what is stored is the SHA-256 of those. A session is a row that is found by the
-- SHA-256 of its secret; each transaction shows the secret once, to begin_session().

ALTER TABLE users
    ADD COLUMN is_active BOOLEAN NOT NULL DEFAULT true,
    ADD COLUMN must_change_password BOOLEAN NOT NULL DEFAULT false,
    ADD CONSTRAINT ck_users_hashed_password CHECK (hashed_password ~
        '^\$argon2id\$v=19\$m=[1-9][0-9]{0,7},t=[1-9][0-9]{0,2},p=[1-9][0-9]?\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$');
COMMENT ON COLUMN users.hashed_password IS
    'Argon2id in PHC layout, $argon2id$v=19$m=…,t=…,p=…$salt$tag; the tag is the SHA-256 of the derived 32 bytes, so that what is stored cannot log in.';
COMMENT ON COLUMN users.must_change_password IS
    'Somebody else set the password: no rights until its owner has chosen another.';

CREATE TABLE security_policy (
    is_only_row BOOLEAN CONSTRAINT pk_security_policy PRIMARY KEY DEFAULT true
        CONSTRAINT ck_security_policy_one_row CHECK (is_only_row),
    session_lifetime INTERVAL NOT NULL DEFAULT '24 hours'
        CONSTRAINT ck_security_policy_lifetime
        CHECK (session_lifetime BETWEEN '1 minute' AND '30 days'),
    session_idle_limit INTERVAL NOT NULL DEFAULT '2 hours'
        CONSTRAINT ck_security_policy_idle_limit
        CHECK (session_idle_limit BETWEEN '1 minute' AND '30 days'),
    -- Answers for unknown emails are invented from this, always the same for the same email.
    challenge_secret BYTEA NOT NULL
        DEFAULT sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')),
    -- Two managers who leave at once meet at this column: see revision 0003.
    managers_revision BIGINT NOT NULL DEFAULT 0
);
INSERT INTO security_policy DEFAULT VALUES;

CREATE TABLE login_attempts (
    id BIGSERIAL CONSTRAINT pk_login_attempts PRIMARY KEY,
    email VARCHAR(100) COLLATE "C" NOT NULL,
    attempted_at TIMESTAMP NOT NULL,
    tag BYTEA NOT NULL,
    session_hash BYTEA NOT NULL,
    transaction_xid XID8 NOT NULL,
    database_role NAME NOT NULL DEFAULT session_user
);
CREATE INDEX ix_login_attempts_email_attempted_at ON login_attempts (email, attempted_at);

CREATE TABLE sessions (
    id BIGSERIAL CONSTRAINT pk_sessions PRIMARY KEY,
    secret_hash BYTEA NOT NULL CONSTRAINT uq_sessions_secret_hash UNIQUE
        CONSTRAINT ck_sessions_secret_hash CHECK (octet_length(secret_hash) = 32),
    user_id INTEGER NOT NULL
        CONSTRAINT fk_sessions_user_id_users REFERENCES users (id) ON DELETE CASCADE,
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

-- Insert-only and without foreign keys: no lock that anybody holds delays an end of session.
CREATE TABLE session_revocations (
    id BIGSERIAL CONSTRAINT pk_session_revocations PRIMARY KEY,
    session_id BIGINT,
    user_id INTEGER,
    revoked_at TIMESTAMP NOT NULL,
    revoked_by_id INTEGER,
    CONSTRAINT ck_session_revocations_one_target CHECK (num_nonnulls(session_id, user_id) = 1)
);
CREATE INDEX ix_session_revocations_session_id ON session_revocations (session_id);
CREATE INDEX ix_session_revocations_user_id ON session_revocations (user_id, revoked_at);


CREATE FUNCTION utc_now() RETURNS timestamp
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN timezone('utc', statement_timestamp());
COMMENT ON FUNCTION utc_now() IS 'When the running statement arrived, in UTC.';


CREATE FUNCTION live_session() RETURNS TABLE (session_id bigint, user_id integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT s.id, s.user_id
    FROM sessions s
    JOIN session_uses used ON used.session_id = s.id
    CROSS JOIN security_policy policy
    WHERE s.secret_hash = sha256(convert_to(current_setting('epicevents.session', true), 'UTF8'))
      -- An older snapshot would not see that the session has ended.
      AND current_setting('transaction_isolation') = 'read committed'
      AND s.expires_at > utc_now()
      AND used.last_used_at > utc_now() - policy.session_idle_limit
      AND NOT EXISTS (SELECT FROM session_revocations r WHERE r.session_id = s.id)
      AND NOT EXISTS (
          SELECT FROM session_revocations r
          WHERE r.user_id = s.user_id AND r.revoked_at >= s.created_at
      );
END;
COMMENT ON FUNCTION live_session() IS
    'The session whose secret this transaction has shown, while it lives.';

CREATE FUNCTION employee_id() RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT u.id FROM live_session() s JOIN users u ON u.id = s.user_id
    WHERE u.is_active AND NOT u.must_change_password;
END;
COMMENT ON FUNCTION employee_id() IS
    'The employee whom this transaction acts for; null for nobody, the inactive, and those who must first change their password.';

CREATE FUNCTION employee_role() RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT u.role FROM live_session() s JOIN users u ON u.id = s.user_id
    WHERE u.is_active AND NOT u.must_change_password;
END;
COMMENT ON FUNCTION employee_role() IS 'The role of employee_id(), as it is now.';


CREATE FUNCTION begin_session(secret text)
    RETURNS TABLE (
        state text, user_id integer, email text, first_name text, last_name text, role text,
        must_change_password boolean, expires_at timestamp, schema_revision text
    )
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    current_revision text := (SELECT version_num FROM alembic_version);
    mine record;
BEGIN
    PERFORM set_config('epicevents.session', secret, true);
    SELECT s.id, s.expires_at, u.* INTO mine
    FROM live_session() live
    JOIN sessions s ON s.id = live.session_id
    JOIN users u ON u.id = live.user_id;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'ended', NULL::integer, NULL, NULL, NULL, NULL, NULL::boolean,
            NULL::timestamp, current_revision;
        RETURN;
    END IF;
    -- When it was last used is worth a write a minute, and never a wait.
    IF NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' THEN
        UPDATE session_uses SET last_used_at = utc_now()
        WHERE session_id = (
            SELECT used.session_id FROM session_uses used
            WHERE used.session_id = (SELECT live.session_id FROM live_session() live)
              AND used.last_used_at < utc_now() - interval '1 minute'
            FOR UPDATE SKIP LOCKED
        );
    END IF;
    RETURN QUERY
        SELECT CASE WHEN u.is_active THEN 'live' ELSE 'inactive' END,
            u.id, u.email::text, u.first_name::text, u.last_name::text, u.role::text,
            u.must_change_password, s.expires_at, current_revision
        FROM live_session() live
        JOIN sessions s ON s.id = live.session_id
        JOIN users u ON u.id = live.user_id;
END;
$$;
COMMENT ON FUNCTION begin_session(text) IS
    'Introduces a transaction: shows the session secret until its end, and returns the employee as the database sees them now.';


CREATE FUNCTION login_challenge(email text)
    RETURNS TABLE (memory_kib integer, time_cost integer, parallelism integer, salt bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    stored text := (SELECT u.hashed_password FROM users u WHERE u.email = login_challenge.email);
    parts text[] := regexp_match(stored, 'm=(\d+),t=(\d+),p=(\d+)\$([^$]{22})\$');
BEGIN
    IF parts IS NULL THEN
        parts := ARRAY['65536', '3', '4'];
        salt := substr(sha256(
            (SELECT challenge_secret FROM security_policy) || convert_to(email, 'UTF8')
        ), 1, 16);
    ELSE
        salt := decode(parts[4] || '==', 'base64');
    END IF;
    RETURN QUERY SELECT parts[1]::integer, parts[2]::integer, parts[3]::integer, salt;
END;
$$;
COMMENT ON FUNCTION login_challenge(text) IS
    'The Argon2id parameters and salt of an email; for an unknown one, invented ones that stay the same.';

CREATE FUNCTION login_attempt(email text, derived bytea, session_hash bytea) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    attempt bigint;
BEGIN
    IF octet_length(derived) IS DISTINCT FROM 32 OR octet_length(session_hash) IS DISTINCT FROM 32
    THEN
        RAISE EXCEPTION 'both the derived bytes and the session hash are 32 bytes long'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO login_attempts (email, attempted_at, tag, session_hash, transaction_xid)
    VALUES (
        left(coalesce(email, ''), 100), timezone('utc', clock_timestamp()), sha256(derived),
        session_hash, pg_current_xact_id()
    )
    RETURNING id INTO attempt;
    RETURN attempt;
END;
$$;
COMMENT ON FUNCTION login_attempt(text, bytea, bytea) IS
    'Puts a guess on record. It is judged by login_result() in a later transaction, so that no guess can be taken back.';

CREATE FUNCTION login_result(attempt bigint)
    RETURNS TABLE (outcome text, retry_after integer, user_id integer, expires_at timestamp)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    most CONSTANT integer := 10;
    period CONSTANT interval := '15 minutes';
    pause CONSTANT interval := '30 seconds';
    guess login_attempts;
    failures integer;
    latest timestamp;
    person users;
    opened sessions;
BEGIN
    SELECT * INTO guess FROM login_attempts WHERE id = attempt;
    IF NOT FOUND
        OR guess.transaction_xid = pg_current_xact_id()
        -- Held back until the failures before it are forgotten, it would be one more free guess.
        OR guess.attempted_at < utc_now() - interval '1 minute'
        OR EXISTS (SELECT FROM sessions WHERE attempt_id = attempt)
    THEN
        RETURN QUERY SELECT 'refused', 0, NULL::integer, NULL::timestamp;
        RETURN;
    END IF;
    -- Every attempt is committed before it is judged: the eleventh to be committed sees ten others,
    -- from however many connections they came.
    SELECT count(*), max(attempted_at) FILTER (WHERE id <> attempt) INTO failures, latest
    FROM (
        SELECT id, attempted_at FROM login_attempts other
        WHERE email = guess.email AND attempted_at > utc_now() - period
          AND NOT EXISTS (SELECT FROM sessions WHERE attempt_id = other.id)
        ORDER BY attempted_at DESC LIMIT most + 1
    ) counted;
    IF failures > most AND latest > guess.attempted_at - pause THEN
        RETURN QUERY SELECT 'throttled', extract(epoch FROM pause)::integer, NULL::integer,
            NULL::timestamp;
        RETURN;
    END IF;
    SELECT * INTO person FROM users WHERE email = guess.email;
    IF person.id IS NULL OR
        decode(split_part(person.hashed_password, '$', 6) || '=', 'base64') <> guess.tag
    THEN
        RETURN QUERY SELECT 'wrong', 0, NULL::integer, NULL::timestamp;
    ELSIF NOT person.is_active THEN
        RETURN QUERY SELECT 'inactive', 0, NULL::integer, NULL::timestamp;
    ELSE
        INSERT INTO sessions (secret_hash, user_id, attempt_id, created_at, expires_at)
        SELECT guess.session_hash, person.id, attempt, moment, moment + session_lifetime
        FROM security_policy, timezone('utc', clock_timestamp()) moment
        RETURNING * INTO opened;
        INSERT INTO session_uses VALUES (opened.id, opened.created_at);
        RETURN QUERY SELECT 'ok', 0, person.id, opened.expires_at;
    END IF;
END;
$$;
COMMENT ON FUNCTION login_result(bigint) IS
    'Judges an attempt of an earlier transaction: ok (its session now lives), wrong, throttled, inactive or refused. Ten failures in 15 minutes, then one every 30 seconds.';

CREATE FUNCTION change_password(attempt bigint, new_password text, same_password boolean)
    RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    mine sessions;
BEGIN
    -- A login of this minute proves that the current password is known.
    SELECT s.* INTO mine FROM live_session() live JOIN sessions s ON s.id = live.session_id
    WHERE s.attempt_id = attempt AND s.created_at > utc_now() - interval '5 minutes';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the current password was not shown just now'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE users
    SET hashed_password = new_password,
        must_change_password = must_change_password AND same_password
    WHERE id = mine.user_id;
    IF NOT same_password THEN
        INSERT INTO session_revocations (session_id, revoked_at, revoked_by_id)
        SELECT s.id, utc_now(), mine.user_id FROM sessions s
        WHERE s.user_id = mine.user_id AND s.id <> mine.id AND s.expires_at > utc_now();
    END IF;
END;
$$;
COMMENT ON FUNCTION change_password(bigint, text, boolean) IS
    'Sets one''s own password, in the session that a fresh login opened; every other session ends. With same_password only the parameters rise.';

CREATE FUNCTION end_session() RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    INSERT INTO session_revocations (session_id, revoked_at, revoked_by_id)
    SELECT session_id, utc_now(), user_id FROM live_session();
END;
COMMENT ON FUNCTION end_session() IS 'Logs out: the session of this transaction ends.';

CREATE FUNCTION revoke_sessions(of_user integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF employee_id() IS NULL
        OR (employee_role() <> 'MANAGEMENT' AND of_user IS DISTINCT FROM employee_id())
    THEN
        RAISE EXCEPTION 'only MANAGEMENT ends the sessions of others'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO session_revocations (user_id, revoked_at, revoked_by_id)
    VALUES (of_user, timezone('utc', clock_timestamp()), employee_id());
    RETURN (
        SELECT count(*) FROM sessions WHERE user_id = of_user AND expires_at > utc_now()
    );
END;
$$;
COMMENT ON FUNCTION revoke_sessions(integer) IS
    'Ends every session that an employee has now; returns how many had not expired.';

CREATE FUNCTION reset_password(of_user integer, new_password text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' THEN
        RAISE EXCEPTION 'only MANAGEMENT resets passwords'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM revoke_sessions(of_user);
    UPDATE users SET hashed_password = new_password, must_change_password = true
    WHERE id = of_user;
END;
$$;
COMMENT ON FUNCTION reset_password(integer, text) IS
    'Sets somebody''s password for one use: they must choose another before anything else works.';
