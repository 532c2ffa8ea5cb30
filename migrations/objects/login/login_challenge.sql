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
GRANT EXECUTE ON FUNCTION login_challenge(text) TO epicevents_app;
