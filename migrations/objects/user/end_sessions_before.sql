-- At its return, and not at its end: meanwhile whoever shows a session of the account is told that
-- it is deactivated.
CREATE FUNCTION end_sessions_before() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    INSERT INTO session_revocations (user_id, revoked_at, revoked_by_id)
    VALUES (NEW.id, utc_now(), employee_id());
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION end_sessions_before() IS
    'Ends the sessions that an account had before it was deactivated, so that no old token works again.';
