CREATE FUNCTION client_identities(client integer) RETURNS jsonb[]
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT array_agg(known) FROM (
        SELECT jsonb_object_agg(key, value) FROM clients c, jsonb_each(to_jsonb(c))
        WHERE c.id = client AND key = ANY (columns_of('clients', 'identity'))
        GROUP BY c.id
        UNION ALL
        SELECT jsonb_build_object(key, change -> side)
        FROM audit_entries, jsonb_each(changes) field (key, change), generate_series(0, 1) side
        WHERE table_name = 'clients' AND record_id = client
          AND key = ANY (columns_of('clients', 'identity'))
          -- Not what is erased, which is no text.
          AND jsonb_typeof(change -> side) = 'string'
    ) all_of_them (known);
END;
COMMENT ON FUNCTION client_identities(integer) IS
    'A client as the person is known now, and by every name, email and number that the audit remembers. Granted to nobody.';
