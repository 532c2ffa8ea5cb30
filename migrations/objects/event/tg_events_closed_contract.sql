CREATE TRIGGER tg_events_closed_contract AFTER INSERT OR UPDATE OF contract_id, end_date, cancelled_reason
    ON events
    FOR EACH ROW EXECUTE FUNCTION events_refuse_closed();
