CREATE TRIGGER tg_contracts_open_ledger AFTER INSERT ON contracts
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION contracts_open_ledger();
