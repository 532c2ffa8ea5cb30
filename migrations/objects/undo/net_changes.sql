CREATE FUNCTION net_changes(of_transaction bigint)
    RETURNS TABLE (table_name text, record_id integer, kind text, fields jsonb)
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    WITH kinds AS (
        -- The first and the last of several entries tell what came of the record.
        SELECT table_name, record_id, CASE
            WHEN (array_agg(action ORDER BY id))[1] = 'INSERT'
                THEN CASE (array_agg(action ORDER BY id DESC))[1]
                    WHEN 'DELETE' THEN 'NOTHING' ELSE 'INSERT' END
            WHEN (array_agg(action ORDER BY id DESC))[1] = 'DELETE' THEN 'DELETE'
            ELSE 'UPDATE' END AS kind
        FROM audit_entries
        WHERE transaction_id = of_transaction AND table_name <> 'payments'
        GROUP BY 1, 2
    ), net AS (
        -- Likewise of each field: what it was at first, and what it is at last.
        SELECT table_name, record_id, key,
            (array_agg(value -> 0 ORDER BY id))[1] AS old,
            (array_agg(value -> 1 ORDER BY id DESC))[1] AS new
        FROM audit_entries, jsonb_each(changes)
        WHERE transaction_id = of_transaction AND action = 'UPDATE'
        GROUP BY 1, 2, 3
    ), written AS (
        -- What nobody may write follows from the rest: balances, the moment of signing.
        SELECT n.table_name, n.record_id, jsonb_object_agg(key, jsonb_build_array(old, new)) AS fields
        FROM net n
        JOIN pg_attribute a ON a.attrelid = to_regclass(n.table_name) AND a.attname = n.key
            AND has_column_privilege('epicevents_app', a.attrelid, a.attnum, 'UPDATE')
        WHERE old IS DISTINCT FROM new
        GROUP BY 1, 2
    )
    SELECT k.table_name, k.record_id, k.kind, CASE WHEN k.kind = 'UPDATE' THEN w.fields END
    FROM kinds k LEFT JOIN written w USING (table_name, record_id)
    WHERE k.kind <> 'NOTHING';
END;
COMMENT ON FUNCTION net_changes(bigint) IS
    'What a transaction made of each record, payments apart: INSERT, DELETE or UPDATE with the fields that somebody may write, from and to. Granted to nobody.';
