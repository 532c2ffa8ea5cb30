CREATE TRIGGER tg_contracts_erased_client_update AFTER UPDATE OF client_id ON contracts
    FOR EACH ROW WHEN (NEW.client_id <> OLD.client_id)
    EXECUTE FUNCTION contract_of_nobody_erased();
