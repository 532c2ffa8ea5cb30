-- After the foreign keys' own triggers, which wait for an erasure that is under way.
CREATE FUNCTION task_of_client() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (SELECT erased_at IS NOT NULL FROM clients WHERE id = NEW.client_id) THEN
        RAISE EXCEPTION 'the client is erased; nothing more is to be done for them'
            USING ERRCODE = 'check_violation', TABLE = 'tasks',
            CONSTRAINT = 'tg_tasks_erased_client';
    END IF;
    IF EXISTS (SELECT FROM contracts WHERE id = NEW.contract_id AND client_id <> NEW.client_id)
        OR EXISTS (SELECT FROM events WHERE id = NEW.event_id AND client_id <> NEW.client_id)
    THEN
        RAISE EXCEPTION 'the contract or the event is of another client'
            USING ERRCODE = 'check_violation', TABLE = 'tasks', CONSTRAINT = 'tg_tasks_of_client';
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION task_of_client() IS
    'Refuses a task for an erased client, or with a contract or an event of another client.';
