CREATE TRIGGER tg_payments_move_balance AFTER INSERT ON payments
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION payments_move_balance();
