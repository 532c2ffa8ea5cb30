CREATE FUNCTION undo_deleted() RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    undone CONSTANT bigint := undone_transaction();
    to_table text;
    columns text;
    back integer;
    total integer := 0;
BEGIN
    -- What somebody took back they may bring back; begin_undo() says whose it is.
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' AND (
        SELECT bool_and(table_name IN ('log_entries', 'tasks')) FROM audit_entries
        WHERE transaction_id = undone AND action = 'DELETE') IS NOT TRUE
    THEN
        PERFORM deny('only MANAGEMENT brings deleted records back');
    END IF;
    -- Not accounts, whose passwords the audit does not have. The opening payment of a contract is
    -- written anew, as for any contract that begins with less due than its total.
    FOREACH to_table IN ARRAY ARRAY['clients', 'contracts', 'events', 'log_entries', 'tasks'] LOOP
        -- What the table had then and still has.
        columns := (
            SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = to_table::regclass AND attnum > 0 AND NOT attisdropped
              AND attgenerated = '' AND attname IN (
                  SELECT jsonb_object_keys(changes) FROM audit_entries
                  WHERE transaction_id = undone AND table_name = to_table AND action = 'DELETE')
        );
        CONTINUE WHEN columns IS NULL;
        -- Whoever still holds an older reading must not write over it: versions go on. What is never
        -- edited has none.
        IF to_table <> 'log_entries' THEN
            columns := 'version, ' || columns;
        END IF;
        EXECUTE format($insert$
            INSERT INTO %1$I (id, %2$s)
            SELECT record_id, %2$s
            FROM (
                SELECT e.record_id AS deleted_id, r.* FROM audit_entries e,
                    jsonb_populate_record(NULL::%1$I, (
                        SELECT jsonb_object_agg(key, value -> 0) FROM jsonb_each(e.changes)
                    ) || jsonb_build_object('id', e.record_id, 'version', (
                        SELECT count(*) + 1 FROM audit_entries h
                        WHERE h.table_name = $2 AND h.record_id = e.record_id))) r
                WHERE e.transaction_id = $1 AND e.table_name = $2 AND e.action = 'DELETE'
                  AND NOT EXISTS (
                      SELECT FROM audit_entries own
                      WHERE own.transaction_id = $1 AND own.table_name = $2
                        AND own.record_id = e.record_id AND own.action = 'INSERT')
            ) deleted (record_id)
            ORDER BY record_id
            $insert$, to_table, columns) USING undone, to_table;
        GET DIAGNOSTICS back = ROW_COUNT;
        total := total + back;
    END LOOP;
    RETURN total;
END;
$$;
COMMENT ON FUNCTION undo_deleted() IS
    'Brings back, under their ids, the clients, contracts, events, log entries and tasks that the transaction which this one undoes has deleted, as the audit has them; only MANAGEMENT may, but of log entries and tasks whoever took them back too. Returns how many.';
GRANT EXECUTE ON FUNCTION undo_deleted() TO epicevents_app;
