CREATE FUNCTION revoke_session(of_session bigint) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    me CONSTANT integer := employee_id();
    its_user CONSTANT integer := (SELECT user_id FROM open_sessions WHERE id = of_session);
BEGIN
    IF me IS NULL OR (its_user IS DISTINCT FROM me AND employee_role() IS DISTINCT FROM 'MANAGEMENT')
    THEN
        RAISE EXCEPTION 'only MANAGEMENT ends the sessions of others'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Inserted, never an update of the session, whose row its owner may have locked: ADR 11.
    IF its_user IS NOT NULL THEN
        INSERT INTO session_revocations
            (user_id, first_session_id, last_session_id, revoked_at, revoked_by_id)
        VALUES (its_user, of_session, of_session, utc_now(), me);
    END IF;
    RETURN its_user IS NOT NULL;
END;
$$;
COMMENT ON FUNCTION revoke_session(bigint) IS
    'Ends one session at its next statement; returns whether it lived.';
GRANT EXECUTE ON FUNCTION revoke_session(bigint) TO epicevents_app;
