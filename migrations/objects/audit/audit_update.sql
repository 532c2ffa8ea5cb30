-- Without nested loops and compiling: migrations/README.md.
CREATE FUNCTION audit_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off SET jit = off
AS $$
BEGIN
    -- A statement that met no row is nobody's change, and gets no transaction in the audit.
    IF EXISTS (SELECT FROM new_rows) THEN
        INSERT INTO audit_entries (transaction_id, table_name, record_id, action, reason, changes)
        SELECT audit.number, TG_TABLE_NAME, n.id, 'UPDATE', audit_reason(), coalesce((
            SELECT jsonb_object_agg(after.key, audit_change(after.key, before.value, after.value))
            FROM jsonb_each(audit_values(to_jsonb(n))) after
            JOIN jsonb_each(audit_values(to_jsonb(o))) before USING (key)
            WHERE after.value IS DISTINCT FROM before.value
        ), '{}')
        FROM new_rows n JOIN old_rows o USING (id), audit_transaction() audit (number);
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION audit_update() IS
    'Writes an audit entry for each changed record, with the fields that differ.';
