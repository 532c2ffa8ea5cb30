-- Whoever takes something back holds what the audit has of it, so that an erasure waits for them,
-- or they for the erasure, and then read what it left.
CREATE FUNCTION begin_undo(number bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    me CONSTANT integer := employee_id();
    mine bigint;
BEGIN
    IF me IS NULL OR (employee_role() IS DISTINCT FROM 'MANAGEMENT'
        AND me IS DISTINCT FROM (SELECT employee_id FROM audit_transactions WHERE id = number))
    THEN
        PERFORM deny('only MANAGEMENT undoes what somebody else did');
    END IF;
    mine := audit_transaction();
    UPDATE audit_transactions SET undoes = number WHERE id = mine AND undoes IS NULL;
    IF NOT FOUND THEN
        PERFORM deny('a transaction undoes one other');
    END IF;
    -- Those are the entries that an erasure rewrites.
    PERFORM FROM audit_entries
    WHERE transaction_id = number AND (table_name = 'payments'
        OR action <> 'INSERT' AND table_name IN ('clients', 'events', 'log_entries', 'tasks'))
    ORDER BY id FOR SHARE;
    RETURN mine;
END;
$$;
COMMENT ON FUNCTION begin_undo(bigint) IS
    'Says which transaction this one takes back: one''s own, or as MANAGEMENT any, and each once; returns the number of this one.';
GRANT EXECUTE ON FUNCTION begin_undo(bigint) TO epicevents_app;
