CREATE TRIGGER tg_tasks_of_client AFTER INSERT OR UPDATE OF client_id, contract_id, event_id ON tasks
    FOR EACH ROW WHEN (NEW.client_id IS NOT NULL) EXECUTE FUNCTION task_of_client();
