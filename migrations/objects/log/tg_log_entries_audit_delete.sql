CREATE TRIGGER tg_log_entries_audit_delete AFTER DELETE ON log_entries
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION audit_delete();
