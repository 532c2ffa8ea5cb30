CREATE TRIGGER tg_log_entries_of_client AFTER INSERT ON log_entries
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_entries_of_client();
