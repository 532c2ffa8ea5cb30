CREATE TRIGGER tg_clients_stay_erased BEFORE UPDATE ON clients
    FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL) EXECUTE FUNCTION clients_stay_erased();
