-- Contracts follow their client to its sales contact, also those that came later.
CREATE FUNCTION undoes_exactly(mine bigint, undone bigint) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT NOT EXISTS (
        SELECT FROM net_changes(undone) theirs
        FULL JOIN net_changes(mine) own USING (table_name, record_id)
        WHERE CASE
            WHEN own.kind IS NULL THEN theirs.kind <> 'UPDATE' OR theirs.fields IS NOT NULL
            WHEN theirs.kind IS NULL THEN own.kind <> 'UPDATE' OR own.fields IS NOT NULL
                AND (table_name <> 'contracts' OR own.fields - 'sales_contact_id' <> '{}')
            WHEN theirs.kind = 'INSERT' THEN own.kind <> 'DELETE'
            WHEN theirs.kind = 'DELETE' THEN own.kind <> 'INSERT'
            ELSE own.kind <> 'UPDATE' OR own.fields IS DISTINCT FROM (
                SELECT jsonb_object_agg(key, jsonb_build_array(value -> 1, value -> 0))
                FROM jsonb_each(theirs.fields))
        END
    ) AND NOT EXISTS (
        -- A ledger goes and comes with its contract, else each payment has its opposite.
        SELECT FROM audit_entries
        WHERE transaction_id IN (mine, undone) AND table_name = 'payments' AND action = 'INSERT'
          AND (changes -> 'contract_id' ->> 1)::integer NOT IN (
              SELECT record_id FROM audit_entries
              WHERE transaction_id IN (mine, undone) AND table_name = 'contracts'
                AND action <> 'UPDATE')
        GROUP BY changes -> 'contract_id' ->> 1
        HAVING sum((changes -> 'amount' ->> 1)::numeric) <> 0
    );
END;
COMMENT ON FUNCTION undoes_exactly(bigint, bigint) IS
    'Whether a transaction wrote the opposite of another, record by record and payment by payment. Granted to nobody.';
