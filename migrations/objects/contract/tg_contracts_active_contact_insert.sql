CREATE TRIGGER tg_contracts_active_contact_insert AFTER INSERT ON contracts
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION contact_is_active();
