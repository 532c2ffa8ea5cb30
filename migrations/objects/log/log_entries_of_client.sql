-- Without nested loops and compiling: migrations/README.md.
-- After the foreign keys' own triggers, which wait for an erasure that is under way. A contract or an
-- event may get another client later; what was said stays with whom it was said to.
CREATE FUNCTION log_entries_of_client() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off SET jit = off
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_rows n JOIN clients c ON c.id = n.client_id WHERE c.erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'the client is erased; nothing more is noted about them'
            USING ERRCODE = 'check_violation', TABLE = 'log_entries',
            CONSTRAINT = 'tg_log_entries_erased_client';
    END IF;
    IF EXISTS (
        SELECT FROM new_rows n JOIN contracts k ON k.id = n.contract_id
        WHERE k.client_id <> n.client_id
    ) OR EXISTS (
        SELECT FROM new_rows n JOIN events e ON e.id = n.event_id WHERE e.client_id <> n.client_id
    ) THEN
        RAISE EXCEPTION 'the contract or the event is of another client'
            USING ERRCODE = 'check_violation', TABLE = 'log_entries',
            CONSTRAINT = 'tg_log_entries_of_client';
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION log_entries_of_client() IS
    'Refuses a log entry about an erased client, or with a contract or an event of another client.';
