CREATE FUNCTION revoke_sessions(of_user integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    me CONSTANT integer := employee_id();
    living integer;
BEGIN
    IF me IS NULL OR (of_user IS DISTINCT FROM me AND employee_role() IS DISTINCT FROM 'MANAGEMENT')
    THEN
        RAISE EXCEPTION 'only MANAGEMENT ends the sessions of others'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT count(*) INTO living FROM open_sessions WHERE user_id = of_user;
    -- The range ends, by default, with the next number of a session: all that were handed out before are in
    -- it, none that a later login gets.
    INSERT INTO session_revocations (user_id, revoked_at, revoked_by_id)
    VALUES (of_user, utc_now(), me);
    RETURN living;
END;
$$;
COMMENT ON FUNCTION revoke_sessions(integer) IS
    'Ends every session that an employee has now; returns how many lived.';
GRANT EXECUTE ON FUNCTION revoke_sessions(integer) TO epicevents_app;
