CREATE TRIGGER tg_log_entries_guard BEFORE INSERT ON log_entries
    FOR EACH ROW EXECUTE FUNCTION log_entries_guard();
