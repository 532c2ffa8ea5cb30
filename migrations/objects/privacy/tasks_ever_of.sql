CREATE FUNCTION tasks_ever_of(client integer) RETURNS integer[]
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT ARRAY(
        SELECT id FROM tasks WHERE client_id = client
        UNION SELECT record_id FROM audit_entries
        WHERE table_name = 'tasks' AND changes -> 'client_id' @> to_jsonb(client));
END;
COMMENT ON FUNCTION tasks_ever_of(integer) IS
    'The tasks of a client, also those that are deleted or were once another client''s. Granted to nobody.';
