CREATE TRIGGER tg_payments_guard BEFORE INSERT ON payments
    FOR EACH ROW EXECUTE FUNCTION payments_guard();
