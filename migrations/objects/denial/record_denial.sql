CREATE FUNCTION record_denial(permission text, kind text, record_id integer, message text)
    RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    INSERT INTO denied_attempts
        (at, employee_id, session_id, database_role, permission, kind, record_id, message)
    SELECT utc_now(), live.user_id, live.id, session_user, left(permission, 50),
        left(kind, 20), record_id, left(message, 500)
    FROM live_session() live;
END;
COMMENT ON FUNCTION record_denial(text, text, integer, text) IS
    'Puts on record what the program denied to the employee of this session.';
GRANT EXECUTE ON FUNCTION record_denial(text, text, integer, text) TO epicevents_app;
