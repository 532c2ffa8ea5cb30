CREATE TRIGGER tg_contracts_audit_delete AFTER DELETE ON contracts
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION audit_delete();
