CREATE TRIGGER tg_users_keep_a_manager_update AFTER UPDATE ON users
    FOR EACH ROW
    WHEN (OLD.role = 'MANAGEMENT' AND OLD.is_active AND NOT (NEW.role = 'MANAGEMENT' AND NEW.is_active))
    EXECUTE FUNCTION keep_a_manager();
