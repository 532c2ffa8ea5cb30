-- A change that had to wait leaves its suspension behind. Whoever tries it again and succeeds gives
-- back what they took the first time too, or the account would stay without rights; what a
-- colleague has taken meanwhile is the colleague's.
CREATE FUNCTION restore_access(of_user integer, suspension bigint DEFAULT NULL) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    ended integer;
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' THEN
        RAISE EXCEPTION 'only MANAGEMENT restores access' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE suspensions s SET ended_at = utc_now(), ended_by_id = employee_id()
    WHERE s.user_id = of_user AND s.ended_at IS NULL
      AND (suspension IS NULL OR s.id = suspension
        OR (s.id < suspension AND s.suspended_by_id = employee_id()));
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END;
$$;
COMMENT ON FUNCTION restore_access(integer, bigint) IS
    'Ends one suspension of an employee, with those that the same manager left behind before it, or all; returns how many.';
GRANT EXECUTE ON FUNCTION restore_access(integer, bigint) TO epicevents_app;
