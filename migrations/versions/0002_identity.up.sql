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
        -- When a session was last used is written once a minute, so a minute is too short.
        CHECK (session_idle_limit BETWEEN '2 minutes' AND '30 days'),
    -- Answers for unknown emails are invented from this, always the same for the same email.
    challenge_secret BYTEA NOT NULL
        DEFAULT sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')),
    -- Two managers who leave at once meet at this column: see revision 0003.
    managers_revision BIGINT NOT NULL DEFAULT 0,
    -- What `demo` filled, `demo` and `init` may replace.
    filled_by_demo BOOLEAN NOT NULL DEFAULT false
);
INSERT INTO security_policy DEFAULT VALUES;

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
    database_role NAME NOT NULL DEFAULT session_user
);
CREATE INDEX ix_login_attempts_email_attempted_at ON login_attempts (email, attempted_at);

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

-- What takes somebody's rights away at once, whatever their open transactions hold: changing the
-- account itself may have to wait for those.
CREATE TABLE suspensions (
    id BIGSERIAL CONSTRAINT pk_suspensions PRIMARY KEY,
    user_id INTEGER NOT NULL,
    suspended_at TIMESTAMP NOT NULL,
    suspended_by_id INTEGER NOT NULL,
    ended_at TIMESTAMP,
    ended_by_id INTEGER
);
CREATE INDEX ix_suspensions_user_id ON suspensions (user_id) WHERE ended_at IS NULL;


CREATE FUNCTION utc_now() RETURNS timestamp
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN timezone('utc', statement_timestamp());
COMMENT ON FUNCTION utc_now() IS 'When the running statement arrived, in UTC.';


CREATE FUNCTION is_suspended(employee integer) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- Almost nobody is, and this runs with every statement.
    IF NOT EXISTS (SELECT FROM suspensions WHERE user_id = employee AND ended_at IS NULL) THEN
        RETURN false;
    END IF;
    -- Two managers who suspend each other at once must not both succeed: among managers it counts
    -- while its author is one in force, whom no earlier suspension names.
    RETURN EXISTS (
        SELECT FROM suspensions s
        JOIN users u ON u.id = s.user_id
        LEFT JOIN users author ON author.id = s.suspended_by_id
        WHERE s.user_id = employee AND s.ended_at IS NULL
          AND (u.role <> 'MANAGEMENT' OR (
              author.role = 'MANAGEMENT' AND author.is_active AND NOT EXISTS (
                  SELECT FROM suspensions earlier
                  WHERE earlier.user_id = s.suspended_by_id AND earlier.id < s.id
                    AND earlier.ended_at IS NULL
              )
          ))
    );
END;
$$;
COMMENT ON FUNCTION is_suspended(integer) IS
    'Whether an employee has no rights until somebody restores their access.';

CREATE VIEW open_sessions AS
    SELECT s.id, s.secret_hash, s.credential, s.attempt_id, s.created_at, s.expires_at,
        used.last_used_at, s.user_id, u.email, u.first_name, u.last_name, u.role,
        u.must_change_password, u.is_active AND NOT is_suspended(u.id) AS in_force
    FROM sessions s
    JOIN session_uses used ON used.session_id = s.id
    JOIN users u ON u.id = s.user_id
    WHERE s.credential = sha256(convert_to(u.hashed_password, 'UTF8'))
      AND s.expires_at > utc_now()
      AND used.last_used_at > utc_now() - (SELECT session_idle_limit FROM security_policy)
      AND NOT EXISTS (
          SELECT FROM session_revocations r
          WHERE r.user_id = s.user_id AND s.id BETWEEN r.first_session_id AND r.last_session_id
      );
COMMENT ON VIEW open_sessions IS
    'The sessions that live, and whether their employees are active and not suspended. Granted to nobody.';

-- In plpgsql, here and below, because that plans a query once a connection and not once a call.
CREATE FUNCTION live_session() RETURNS SETOF open_sessions
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- An older snapshot would not see that the session has ended.
    IF current_setting('transaction_isolation') = 'read committed' THEN
        RETURN QUERY SELECT * FROM open_sessions WHERE secret_hash =
            sha256(convert_to(current_setting('epicevents.session', true), 'UTF8'));
    END IF;
END;
$$;
COMMENT ON FUNCTION live_session() IS
    'The session whose secret this transaction has shown, while it lives. Granted to nobody.';

CREATE FUNCTION employee_id() RETURNS integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN (SELECT user_id FROM live_session() WHERE in_force AND NOT must_change_password);
END;
$$;
COMMENT ON FUNCTION employee_id() IS
    'The employee whom this transaction acts for; null for nobody, the inactive, the suspended, and those who must first change their password.';

CREATE FUNCTION employee_role() RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN (SELECT role FROM live_session() WHERE in_force AND NOT must_change_password);
END;
$$;
COMMENT ON FUNCTION employee_role() IS 'The role of employee_id(), as it is now.';

CREATE FUNCTION session_id() RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN (SELECT id FROM live_session());
END;
$$;
COMMENT ON FUNCTION session_id() IS 'The number of the session that this transaction has shown.';


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
    mine open_sessions;
BEGIN
    -- What an earlier user of a pooled connection may have left behind is not this one's reason.
    PERFORM set_config('epicevents.session', secret, true), set_config('epicevents.reason', '', true);
    SELECT * INTO mine FROM live_session();
    -- When it was last used is worth a write a minute, and never a wait.
    IF mine.last_used_at < utc_now() - interval '1 minute'
        AND NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'
    THEN
        UPDATE session_uses SET last_used_at = utc_now()
        WHERE session_id = (
            SELECT used.session_id FROM session_uses used
            WHERE used.session_id = mine.id FOR UPDATE SKIP LOCKED
        );
    END IF;
    RETURN QUERY
        SELECT CASE WHEN mine.in_force THEN 'live' WHEN mine.id IS NULL THEN 'ended'
                ELSE 'inactive' END,
            mine.user_id, mine.email::text, mine.first_name::text, mine.last_name::text,
            mine.role::text, mine.must_change_password, mine.expires_at, current_revision;
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
    parts text[] := regexp_match(stored, 'm=([0-9]+),t=([0-9]+),p=([0-9]+)[$]([^$]{22})[$]');
BEGIN
    IF parts IS NULL THEN
        parts := ARRAY['65536', '3', '4'];
        salt := substr(sha256(
            (SELECT challenge_secret FROM security_policy)
            || convert_to(coalesce(email, ''), 'UTF8')
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
    moment CONSTANT timestamp := timezone('utc', clock_timestamp());
    guess login_attempts;
    failures integer;
    latest timestamp;
    person users;
    opened sessions;
BEGIN
    SELECT * INTO guess FROM login_attempts WHERE id = attempt;
    IF NOT FOUND
        OR guess.transaction_xid = pg_current_xact_id()
        -- An older snapshot would know an older password.
        OR current_setting('transaction_isolation') <> 'read committed'
        -- Held back until the failures before it are forgotten, it would be one more free guess.
        OR guess.attempted_at < moment - interval '1 minute'
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
        WHERE email = guess.email AND attempted_at > moment - period
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
    ELSIF NOT person.is_active OR is_suspended(person.id) THEN
        RETURN QUERY SELECT 'inactive', 0, NULL::integer, NULL::timestamp;
    ELSE
        INSERT INTO sessions
            (secret_hash, user_id, credential, attempt_id, created_at, expires_at)
        SELECT guess.session_hash, person.id, sha256(convert_to(person.hashed_password, 'UTF8')),
            attempt, moment, moment + session_lifetime
        FROM security_policy
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
    mine open_sessions;
BEGIN
    -- A login just now proves that the current password is known.
    SELECT * INTO mine FROM live_session()
    WHERE in_force AND attempt_id = attempt AND created_at > utc_now() - interval '5 minutes';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the current password was not shown just now'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- A session lives as long as the password that opened it; this one, and with the same password
    -- the others too, go on with the new hash.
    UPDATE sessions SET credential = sha256(convert_to(new_password, 'UTF8'))
    WHERE id = mine.id
       OR (same_password AND user_id = mine.user_id AND credential = mine.credential);
    UPDATE users
    SET hashed_password = new_password,
        must_change_password = must_change_password AND same_password
    WHERE id = mine.user_id;
END;
$$;
COMMENT ON FUNCTION change_password(bigint, text, boolean) IS
    'Sets one''s own password, in the session that a fresh login opened; every other session ends. With same_password only the parameters rise.';

CREATE FUNCTION end_session() RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    INSERT INTO session_revocations
        (user_id, first_session_id, last_session_id, revoked_at, revoked_by_id)
    SELECT user_id, id, id, utc_now(), user_id FROM live_session();
END;
COMMENT ON FUNCTION end_session() IS 'Logs out: the session of this transaction ends.';

CREATE FUNCTION end_other_sessions() RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    INSERT INTO session_revocations
        (user_id, first_session_id, last_session_id, revoked_at, revoked_by_id)
    SELECT user_id, low, high, utc_now(), user_id
    FROM live_session(), (SELECT nextval('sessions_id_seq') AS newest) numbers,
        LATERAL (VALUES (0, id - 1), (id + 1, newest)) ranges (low, high);
END;
COMMENT ON FUNCTION end_other_sessions() IS 'Ends every session of one''s own but this one.';

CREATE FUNCTION revoke_sessions(of_user integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    me CONSTANT integer := employee_id();
    living integer;
BEGIN
    IF me IS NULL OR (of_user IS DISTINCT FROM me AND employee_role() IS DISTINCT FROM 'MANAGEMENT')
    THEN
        RAISE EXCEPTION 'only MANAGEMENT ends the sessions of others'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT count(*) INTO living FROM open_sessions WHERE user_id = of_user;
    INSERT INTO session_revocations (user_id, revoked_at, revoked_by_id)
    VALUES (of_user, utc_now(), me);
    RETURN living;
END;
$$;
COMMENT ON FUNCTION revoke_sessions(integer) IS
    'Ends every session that an employee has now; returns how many lived.';

CREATE FUNCTION revoke_session(of_session bigint) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    me CONSTANT integer := employee_id();
    its_user CONSTANT integer := (SELECT user_id FROM open_sessions WHERE id = of_session);
BEGIN
    IF me IS NULL OR (its_user IS DISTINCT FROM me AND employee_role() IS DISTINCT FROM 'MANAGEMENT')
    THEN
        RAISE EXCEPTION 'only MANAGEMENT ends the sessions of others'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF its_user IS NOT NULL THEN
        INSERT INTO session_revocations
            (user_id, first_session_id, last_session_id, revoked_at, revoked_by_id)
        VALUES (its_user, of_session, of_session, utc_now(), me);
    END IF;
    RETURN its_user IS NOT NULL;
END;
$$;
COMMENT ON FUNCTION revoke_session(bigint) IS
    'Ends one session at its next statement; returns whether it lived.';

CREATE FUNCTION suspend_access(of_user integer) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    me CONSTANT integer := employee_id();
    suspension bigint;
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' OR of_user = me THEN
        RAISE EXCEPTION 'only MANAGEMENT suspends others, and nobody themselves'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO suspensions (user_id, suspended_at, suspended_by_id) VALUES (of_user, utc_now(), me)
    RETURNING id INTO suspension;
    RETURN suspension;
END;
$$;
COMMENT ON FUNCTION suspend_access(integer) IS
    'Takes an employee''s rights away, logins included, until restore_access(). Committed before an account is deactivated, demoted, deleted or given another password, it lets nothing that its owner holds delay that.';

CREATE FUNCTION restore_access(of_user integer, suspension bigint DEFAULT NULL) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    ended integer;
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' THEN
        RAISE EXCEPTION 'only MANAGEMENT restores access' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE suspensions s SET ended_at = utc_now(), ended_by_id = employee_id()
    WHERE s.user_id = of_user AND s.ended_at IS NULL AND s.id = coalesce(suspension, s.id);
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END;
$$;
COMMENT ON FUNCTION restore_access(integer, bigint) IS
    'Ends one suspension of an employee, or all; returns how many.';

CREATE FUNCTION reset_password(of_user integer, new_password text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' THEN
        RAISE EXCEPTION 'only MANAGEMENT resets passwords'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Sessions that the old password opened end with it.
    UPDATE users SET hashed_password = new_password, must_change_password = true
    WHERE id = of_user;
END;
$$;
COMMENT ON FUNCTION reset_password(integer, text) IS
    'Sets somebody''s password for one use: they must choose another before anything else works.';
