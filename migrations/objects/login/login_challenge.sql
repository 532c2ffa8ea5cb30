-- It writes nothing, so that asking for challenges fills nothing: a challenge carries its own proof
-- of who made it and when, and is on record once it is used. It says nothing of the email.
CREATE FUNCTION login_challenge(email text)
    RETURNS TABLE (
        memory_kib integer, time_cost integer, parallelism integer, salt bytea, challenge bytea,
        installation_id uuid
    )
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    policy security_policy;
    stored text := (SELECT u.hashed_password FROM users u WHERE u.email = login_challenge.email);
    parts text[] := regexp_match(stored, 'm=([0-9]+),t=([0-9]+),p=([0-9]+)[$]([^$]{22})[$]');
    seconds CONSTANT bigint := extract(epoch FROM clock_timestamp());
BEGIN
    SELECT * INTO policy FROM security_policy;
    IF parts IS NULL THEN
        parts := ARRAY['65536', '3', '4'];
        salt := substr(
            sha256(policy.challenge_secret || convert_to(coalesce(email, ''), 'UTF8')), 1, 16
        );
    ELSE
        salt := decode(parts[4] || '==', 'base64');
    END IF;
    challenge := sign_challenge(int8send(seconds) || uuid_send(gen_random_uuid()));
    RETURN QUERY SELECT parts[1]::integer, parts[2]::integer, parts[3]::integer, salt, challenge,
        policy.installation_id;
END;
$$;
COMMENT ON FUNCTION login_challenge(text) IS
    'The Argon2id parameters and salt of an email (for an unknown one, invented ones that stay the same), a challenge for one login within two minutes, and which company this is.';
GRANT EXECUTE ON FUNCTION login_challenge(text) TO epicevents_app;
