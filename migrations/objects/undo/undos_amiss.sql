CREATE FUNCTION undos_amiss() RETURNS TABLE (number bigint, undone bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT id, undoes FROM audit_transactions
    WHERE undoes IS NOT NULL AND NOT undoes_exactly(id, undoes)
      AND ((SELECT employee_id()) IS NOT NULL
        OR pg_has_role(session_user, 'epicevents_owner', 'MEMBER'))
    ORDER BY id;
END;
COMMENT ON FUNCTION undos_amiss() IS
    'The undos that are not the opposite of what they took back, for doctor: to everyone who is logged in.';
GRANT EXECUTE ON FUNCTION undos_amiss() TO epicevents_app;
