CREATE CONSTRAINT TRIGGER tg_audit_transactions_opposite AFTER UPDATE OF undoes ON audit_transactions
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.undoes IS NOT NULL) EXECUTE FUNCTION undo_is_opposite();
