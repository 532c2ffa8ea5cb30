CREATE FUNCTION sign_challenge(head bytea) RETURNS bytea
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN head
        || hmac_sha256((SELECT challenge_secret FROM security_policy), 'challenge'::bytea || head);
END;
$$;
COMMENT ON FUNCTION sign_challenge(bytea) IS
    'A challenge: its time and its random bytes, followed by the code that only this database can add. Granted to nobody.';
