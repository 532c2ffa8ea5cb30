CREATE TRIGGER tg_clients_touch BEFORE UPDATE ON clients
    FOR EACH ROW EXECUTE FUNCTION clients_touch();
