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
    policy CONSTANT security_policy := (SELECT p FROM security_policy p);
    -- Made and read for a known email too, which must not take longer.
    invented CONSTANT text := '$argon2id$v=19$m=65536,t=3,p=4$' || encode(substr(
        sha256(policy.challenge_secret || convert_to(coalesce(email, ''), 'UTF8')), 1, 16
    ), 'base64');
    stored CONSTANT text :=
        (SELECT u.hashed_password FROM users u WHERE u.email = login_challenge.email);
    parts CONSTANT text[] := regexp_match(
        coalesce(stored, invented), 'm=([0-9]+),t=([0-9]+),p=([0-9]+)[$]([^$=]{22})'
    );
    seconds CONSTANT bigint := extract(epoch FROM clock_timestamp());
BEGIN
    RETURN QUERY SELECT parts[1]::integer, parts[2]::integer, parts[3]::integer,
        decode(parts[4] || '==', 'base64'),
        sign_challenge(int8send(seconds) || uuid_send(gen_random_uuid())), policy.installation_id;
END;
$$;
COMMENT ON FUNCTION login_challenge(text) IS
    'The Argon2id parameters and salt of an email (for an unknown one, invented ones that stay the same), a challenge for one login within two minutes, and which company this is.';
GRANT EXECUTE ON FUNCTION login_challenge(text) TO epicevents_app;
