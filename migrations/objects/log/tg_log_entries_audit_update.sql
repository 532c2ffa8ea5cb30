CREATE TRIGGER tg_log_entries_audit_update AFTER UPDATE ON log_entries
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION audit_update();
