CREATE FUNCTION events_ever_of(client integer) RETURNS integer[]
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT ARRAY(
        SELECT id FROM events WHERE client_id = client
        UNION SELECT record_id FROM audit_entries
        WHERE table_name = 'events' AND action <> 'INSERT' AND changes ? 'client_id'
          AND changes -> 'client_id' @> to_jsonb(client));
END;
COMMENT ON FUNCTION events_ever_of(integer) IS
    'The events of a client, also those that are deleted or were once on a contract of theirs. Granted to nobody.';
