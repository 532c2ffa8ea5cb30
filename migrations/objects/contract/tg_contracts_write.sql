CREATE TRIGGER tg_contracts_write BEFORE INSERT OR UPDATE ON contracts
    FOR EACH ROW EXECUTE FUNCTION contracts_write();
