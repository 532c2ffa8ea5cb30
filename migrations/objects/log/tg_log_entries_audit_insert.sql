CREATE TRIGGER tg_log_entries_audit_insert AFTER INSERT ON log_entries
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION audit_insert();
