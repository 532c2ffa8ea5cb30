CREATE FUNCTION audit_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- A statement that met no row is nobody's change, and gets no transaction in the audit.
    IF EXISTS (SELECT FROM new_rows) THEN
        INSERT INTO audit_entries (transaction_id, table_name, record_id, action, reason, changes)
        SELECT audit.number, TG_TABLE_NAME, n.id, 'INSERT', audit_reason(), (
            SELECT jsonb_object_agg(key, audit_change(key, NULL, value))
            FROM jsonb_each(audit_values(to_jsonb(n)))
        )
        FROM new_rows n, audit_transaction() audit (number);
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION audit_insert() IS
    'Writes an audit entry for each new record.';
