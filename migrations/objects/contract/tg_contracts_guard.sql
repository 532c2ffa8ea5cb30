CREATE TRIGGER tg_contracts_guard BEFORE UPDATE ON contracts
    FOR EACH ROW EXECUTE FUNCTION contracts_guard();
