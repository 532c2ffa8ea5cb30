CREATE TRIGGER tg_payments_are_final BEFORE UPDATE ON payments
    FOR EACH STATEMENT EXECUTE FUNCTION payments_are_final();
