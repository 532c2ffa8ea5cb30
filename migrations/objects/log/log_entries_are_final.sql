-- Nobody but the owner may update an entry at all; an erasure says so, and touches only its text.
CREATE FUNCTION log_entries_are_final() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF current_setting('epicevents.erasing', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'a log entry is never edited; undo takes it back'
        USING ERRCODE = 'check_violation', TABLE = 'log_entries',
        CONSTRAINT = 'tg_log_entries_are_final';
END;
$$;
COMMENT ON FUNCTION log_entries_are_final() IS
    'Refuses to edit a log entry, except while a client is erased.';
