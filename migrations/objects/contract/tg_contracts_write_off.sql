CREATE TRIGGER tg_contracts_write_off AFTER UPDATE OF closed_reason ON contracts
    FOR EACH ROW WHEN (OLD.closed_at IS DISTINCT FROM NEW.closed_at)
    EXECUTE FUNCTION contracts_write_off();
