CREATE FUNCTION log_entries_guard() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- The owner is not bound: an undo brings an entry back as somebody else's.
    IF row_security_active(TG_RELID) THEN
        NEW.created_by_id := employee_id();
    END IF;
    IF NEW.said_on > company_today() THEN
        RAISE EXCEPTION 'what was said lies in the past'
            USING ERRCODE = 'check_violation', TABLE = 'log_entries',
            CONSTRAINT = 'tg_log_entries_in_future';
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION log_entries_guard() IS
    'Records the author of a log entry, and refuses one of a later day (rule 20).';
