-- An entry goes when the transaction that wrote it is undone, and never else.
CREATE FUNCTION log_entries_stay() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    undone CONSTANT bigint := undone_transaction();
BEGIN
    IF EXISTS (
        SELECT FROM old_rows l WHERE NOT EXISTS (
            SELECT FROM audit_entries e
            WHERE e.transaction_id = undone AND e.action = 'INSERT'
              AND e.table_name = 'log_entries' AND e.record_id = l.id
        )
    ) THEN
        RAISE EXCEPTION 'a log entry is never deleted; undo takes it back'
            USING ERRCODE = 'check_violation', TABLE = 'log_entries',
            CONSTRAINT = 'tg_log_entries_stay';
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION log_entries_stay() IS
    'Refuses to delete a log entry, unless the transaction that wrote it is undone.';
