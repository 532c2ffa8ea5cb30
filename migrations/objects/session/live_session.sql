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
