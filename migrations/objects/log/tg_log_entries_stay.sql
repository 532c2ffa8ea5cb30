CREATE TRIGGER tg_log_entries_stay AFTER DELETE ON log_entries
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_entries_stay();
