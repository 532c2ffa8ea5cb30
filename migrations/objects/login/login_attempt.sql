CREATE FUNCTION login_attempt(email text, challenge bytea, proof bytea, session_hash bytea)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    most CONSTANT integer := 120;  -- seconds, either way: a clock may be set back
    of_email CONSTANT text := left(coalesce(email, ''), 100);
    key bytea := (SELECT stored_key(u.hashed_password) FROM users u WHERE u.email = of_email);
    code bytea;
    attempt bigint;
BEGIN
    IF octet_length(challenge) IS DISTINCT FROM 56 OR octet_length(proof) IS DISTINCT FROM 32
        OR octet_length(session_hash) IS DISTINCT FROM 32
    THEN
        RAISE EXCEPTION 'a challenge is 56 bytes long, a proof and the session hash are 32'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF challenge <> sign_challenge(substr(challenge, 1, 24))
        OR abs(
            extract(epoch FROM clock_timestamp())
            - ('x' || encode(substr(challenge, 1, 8), 'hex'))::bit(64)::bigint
        ) > most
    THEN
        RAISE EXCEPTION 'the challenge was not made here just now'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'tg_login_attempts_challenge';
    END IF;
    -- An unknown email takes as long; whatever comes of it is judged to be wrong.
    key := coalesce(key, sha256(convert_to(of_email, 'UTF8')));
    -- The proof is what the password gives, hidden by the code that only this key gives. Neither is
    -- stored: with the key, a proof would open the account.
    code := login_code('client', key, challenge, session_hash, of_email);
    INSERT INTO login_attempts
        (email, attempted_at, tag, session_hash, transaction_xid, challenge)
    VALUES (
        of_email, timezone('utc', clock_timestamp()), proven_key(proof, code), session_hash,
        pg_current_xact_id(), challenge
    )
    RETURNING id INTO attempt;
    RETURN attempt;
END;
$$;
COMMENT ON FUNCTION login_attempt(text, bytea, bytea, bytea) IS
    'Puts a guess on record: a proof over a challenge of the last two minutes that was not used before. It is judged by login_result() in a later transaction, so that no guess can be taken back.';
GRANT EXECUTE ON FUNCTION login_attempt(text, bytea, bytea, bytea) TO epicevents_app;
