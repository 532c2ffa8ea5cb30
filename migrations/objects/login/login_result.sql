CREATE FUNCTION login_result(attempt bigint)
    RETURNS TABLE (
        outcome text, retry_after integer, user_id integer, expires_at timestamp, answer bytea
    )
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
        RETURN QUERY SELECT 'refused', 0, NULL::integer, NULL::timestamp, NULL::bytea;
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
            NULL::timestamp, NULL::bytea;
        RETURN;
    END IF;
    SELECT * INTO person FROM users WHERE email = guess.email;
    IF person.id IS NULL OR stored_key(person.hashed_password) <> guess.tag THEN
        RETURN QUERY SELECT 'wrong', 0, NULL::integer, NULL::timestamp, NULL::bytea;
    ELSIF NOT person.is_active OR is_suspended(person.id) THEN
        RETURN QUERY SELECT 'inactive', 0, NULL::integer, NULL::timestamp, NULL::bytea;
    ELSE
        INSERT INTO sessions
            (secret_hash, user_id, credential, attempt_id, created_at, expires_at)
        SELECT guess.session_hash, person.id, sha256(convert_to(person.hashed_password, 'UTF8')),
            attempt, moment, moment + session_lifetime
        FROM security_policy
        RETURNING * INTO opened;
        INSERT INTO session_uses VALUES (opened.id, opened.created_at);
        -- Only whoever knows the password is told what they could try passwords on.
        RETURN QUERY SELECT 'ok', 0, person.id, opened.expires_at, login_code(
            'server', guess.tag, guess.challenge, guess.session_hash, guess.email
        );
    END IF;
END;
$$;
COMMENT ON FUNCTION login_result(bigint) IS
    'Judges an attempt of an earlier transaction: ok (its session now lives, and the answer proves that this is the database that knows the password), wrong, throttled, inactive or refused. Ten failures in 15 minutes, then one every 30 seconds.';
GRANT EXECUTE ON FUNCTION login_result(bigint) TO epicevents_app;
