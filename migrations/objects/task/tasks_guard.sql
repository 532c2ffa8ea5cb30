CREATE FUNCTION tasks_guard() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NEW.done_at > timezone('utc', clock_timestamp()) THEN
        RAISE EXCEPTION 'a task is not done in the future'
            USING ERRCODE = 'check_violation', TABLE = 'tasks', CONSTRAINT = 'tg_tasks_done_in_future';
    END IF;
    -- The owner is not bound: an undo brings a task back as somebody else's.
    IF NOT row_security_active(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.created_by_id := employee_id();
    ELSIF NEW.done_at IS DISTINCT FROM OLD.done_at THEN
        NEW.done_by_id := CASE WHEN NEW.done_at IS NOT NULL THEN employee_id() END;
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION tasks_guard() IS
    'Records who made a task and who did it, and refuses one that is done later than now (rule 20).';
