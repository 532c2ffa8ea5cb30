CREATE FUNCTION log_entries_ever_of(client integer) RETURNS integer[]
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT ARRAY(
        SELECT id FROM log_entries WHERE client_id = client
        UNION SELECT record_id FROM audit_entries
        WHERE table_name = 'log_entries' AND changes -> 'client_id' @> to_jsonb(client));
END;
COMMENT ON FUNCTION log_entries_ever_of(integer) IS
    'The log entries of a client, also those that were taken back. Granted to nobody.';
