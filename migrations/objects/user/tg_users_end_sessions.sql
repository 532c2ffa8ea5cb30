CREATE TRIGGER tg_users_end_sessions AFTER UPDATE OF is_active ON users
    FOR EACH ROW WHEN (NEW.is_active AND NOT OLD.is_active)
    EXECUTE FUNCTION end_sessions_before();
