CREATE TRIGGER tg_events_touch BEFORE UPDATE ON events
    FOR EACH ROW EXECUTE FUNCTION events_touch();
