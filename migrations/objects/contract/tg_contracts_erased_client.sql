CREATE TRIGGER tg_contracts_erased_client AFTER INSERT ON contracts
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION contracts_of_nobody_erased();
