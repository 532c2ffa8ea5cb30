CREATE FUNCTION suspend_access(of_user integer) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    me CONSTANT integer := employee_id();
    suspension bigint;
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' OR of_user = me THEN
        RAISE EXCEPTION 'only MANAGEMENT suspends others, and nobody themselves'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Into a table of its own: no lock that the person holds on their own row delays it (ADR 11).
    INSERT INTO suspensions (user_id, suspended_at, suspended_by_id) VALUES (of_user, utc_now(), me)
    RETURNING id INTO suspension;
    RETURN suspension;
END;
$$;
COMMENT ON FUNCTION suspend_access(integer) IS
    'Takes an employee''s rights away, logins included, until restore_access(). Committed before an account is deactivated, demoted, deleted or given another password, it lets nothing that its owner holds delay that.';
GRANT EXECUTE ON FUNCTION suspend_access(integer) TO epicevents_app;
