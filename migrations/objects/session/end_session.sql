CREATE FUNCTION end_session() RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    INSERT INTO session_revocations
        (user_id, first_session_id, last_session_id, revoked_at, revoked_by_id)
    SELECT user_id, id, id, utc_now(), user_id FROM live_session();
END;
COMMENT ON FUNCTION end_session() IS 'Logs out: the session of this transaction ends.';
GRANT EXECUTE ON FUNCTION end_session() TO epicevents_app;
