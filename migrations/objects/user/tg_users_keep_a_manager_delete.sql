CREATE TRIGGER tg_users_keep_a_manager_delete AFTER DELETE ON users
    FOR EACH ROW WHEN (OLD.role = 'MANAGEMENT' AND OLD.is_active)
    EXECUTE FUNCTION keep_a_manager();
