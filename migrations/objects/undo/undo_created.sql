-- Setting fields back takes no more than the rights of whoever asks; this and undo_deleted() take the
-- owner's. See docs/adr/0008-undo.md.
CREATE FUNCTION undo_created() RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    undone CONSTANT bigint := undone_transaction();
    contracts_created CONSTANT integer[] := ARRAY(
        SELECT record_id FROM audit_entries
        WHERE transaction_id = undone AND table_name = 'contracts' AND action = 'INSERT');
    from_table text;
    created integer[];
    gone integer;
    total integer := 0;
BEGIN
    -- What somebody noted they may take back themselves, while it is fresh (rule 21), a task always, and
    -- what the log has of one that was done; begin_undo() says whose it is.
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' AND (
        SELECT bool_and(e.table_name = 'tasks' OR e.table_name = 'log_entries'
            AND (t.at > utc_now() - interval '1 hour' OR e.changes -> 'kind' ->> 1 = 'TASK'))
        FROM audit_entries e JOIN audit_transactions t ON t.id = e.transaction_id
        WHERE e.transaction_id = undone AND e.action = 'INSERT') IS NOT TRUE
    THEN
        PERFORM deny('only MANAGEMENT deletes records');
    END IF;
    -- Whoever is changing one of them is waited for, and seen by what follows; whoever comes later
    -- finds it gone.
    FOREACH from_table IN ARRAY ARRAY['users', 'clients', 'contracts', 'events', 'log_entries', 'tasks'] LOOP
        EXECUTE format('SELECT FROM %I WHERE id = ANY (ARRAY(
            SELECT record_id FROM audit_entries
            WHERE transaction_id = $1 AND table_name = $2 AND action = ''INSERT''))
            ORDER BY id FOR UPDATE', from_table) USING undone, from_table;
    END LOOP;
    IF EXISTS (
        SELECT FROM audit_entries mine
        JOIN audit_list later USING (table_name, record_id)
        WHERE mine.transaction_id = undone AND mine.action = 'INSERT'
          AND mine.table_name <> 'payments'
          AND later.id > mine.id AND later.transaction_id <> undone AND NOT later.cancelled
    ) THEN
        RAISE EXCEPTION 'what transaction % created has been changed since', undone
            USING ERRCODE = 'check_violation', TABLE = 'audit_transactions',
            CONSTRAINT = 'tg_undo_changed_since';
    END IF;
    IF NOT has_reason() AND EXISTS (
        SELECT FROM contracts WHERE id = ANY (contracts_created)
          AND (signed_status OR amount_due < total_amount)
    ) THEN
        PERFORM deny('taking back a signed contract or its payments takes a reason');
    END IF;
    -- What refers to others first.
    FOREACH from_table IN ARRAY ARRAY['tasks', 'log_entries', 'events', 'payments', 'contracts', 'clients', 'users'] LOOP
        created := ARRAY(
            SELECT record_id FROM audit_entries
            WHERE transaction_id = undone AND table_name = from_table AND action = 'INSERT');
        IF from_table = 'users' AND employee_id() = ANY (created) THEN
            PERFORM deny('nobody deletes their own account');
        END IF;
        CASE from_table
            WHEN 'payments' THEN
                DELETE FROM payments
                WHERE id = ANY (created) AND contract_id = ANY (contracts_created);
            ELSE
                EXECUTE format('DELETE FROM %I WHERE id = ANY ($1)', from_table) USING created;
        END CASE;
        GET DIAGNOSTICS gone = ROW_COUNT;
        total := total + gone;
    END LOOP;
    RETURN total;
END;
$$;
COMMENT ON FUNCTION undo_created() IS
    'Deletes what the transaction that this one undoes has created, contracts with the ledger they were written with; only MANAGEMENT may, but of tasks and of log entries of the last hour who made them too, and only while nothing else has touched it. Returns how many records.';
GRANT EXECUTE ON FUNCTION undo_created() TO epicevents_app;
