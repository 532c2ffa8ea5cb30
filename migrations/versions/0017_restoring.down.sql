CREATE OR REPLACE FUNCTION restore_access(of_user integer, suspension bigint DEFAULT NULL) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    ended integer;
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' THEN
        RAISE EXCEPTION 'only MANAGEMENT restores access' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE suspensions s SET ended_at = utc_now(), ended_by_id = employee_id()
    WHERE s.user_id = of_user AND s.ended_at IS NULL AND s.id = coalesce(suspension, s.id);
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END;
$$;
COMMENT ON FUNCTION restore_access(integer, bigint) IS
    'Ends one suspension of an employee, or all; returns how many.';
