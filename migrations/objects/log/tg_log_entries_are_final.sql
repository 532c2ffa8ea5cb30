CREATE TRIGGER tg_log_entries_are_final BEFORE UPDATE ON log_entries
    FOR EACH STATEMENT EXECUTE FUNCTION log_entries_are_final();
