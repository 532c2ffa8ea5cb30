CREATE TRIGGER tg_contracts_audit_insert AFTER INSERT ON contracts
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION audit_insert();
