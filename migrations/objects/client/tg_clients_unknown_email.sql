CREATE TRIGGER tg_clients_unknown_email BEFORE INSERT OR UPDATE OF email ON clients
    FOR EACH ROW WHEN (NEW.email = '') EXECUTE FUNCTION clients_unknown_email();
