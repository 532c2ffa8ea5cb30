-- Texts of other records that hold an email or a phone of the client. Who erases the client looks at
-- them first: SALES type what a client is called by, and an address may be shared.
CREATE FUNCTION client_mentions(client integer) RETURNS TABLE (mention text, content text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    patterns text[];
    contracts integer[] := ARRAY(SELECT id FROM contracts WHERE client_id = client);
    happened integer[] := events_ever_of(client);
    paid integer[] := ARRAY(SELECT id FROM payments WHERE contract_id = ANY (contracts));
    said integer[] := log_entries_ever_of(client);
    planned integer[] := tasks_ever_of(client);
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' THEN
        PERFORM deny('only MANAGEMENT erases a client');
    END IF;
    patterns := personal_patterns(addresses_of(client_identities(client)));
    -- What lies in the client's own records is erased anyway: only the others are shown.
    RETURN QUERY
    SELECT 'audit entry ' || e.id, e.reason FROM audit_entries e
    WHERE e.reason IS NOT NULL
      AND NOT (e.table_name = 'clients' AND e.record_id = client
        OR e.table_name = 'contracts' AND e.record_id = ANY (contracts)
        OR e.table_name = 'events' AND e.record_id = ANY (happened)
        OR e.table_name = 'payments' AND e.record_id = ANY (paid)
        OR e.table_name = 'log_entries' AND e.record_id = ANY (said)
        OR e.table_name = 'tasks' AND e.record_id = ANY (planned))
      AND EXISTS (SELECT FROM unnest(patterns) pattern WHERE e.reason COLLATE "C" ~ pattern)
    ORDER BY e.id;
    RETURN QUERY
    SELECT 'denied attempt ' || d.id, d.message::text FROM denied_attempts d
    WHERE (d.kind IN ('client', 'contract', 'event', 'payment')
        AND (d.kind = 'client' AND d.record_id = client
          OR d.kind = 'contract' AND d.record_id = ANY (contracts)
          OR d.kind = 'event' AND d.record_id = ANY (happened)
          OR d.kind = 'payment' AND d.record_id = ANY (paid))) IS NOT TRUE
      AND EXISTS (SELECT FROM unnest(patterns) pattern WHERE d.message COLLATE "C" ~ pattern)
    ORDER BY d.id;
END;
$$;
COMMENT ON FUNCTION client_mentions(integer) IS
    'Texts of other records with an email or a phone of a client, for erase_client(): MANAGEMENT.';
GRANT EXECUTE ON FUNCTION client_mentions(integer) TO epicevents_app;
