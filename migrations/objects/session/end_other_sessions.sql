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
GRANT EXECUTE ON FUNCTION end_other_sessions() TO epicevents_app;
