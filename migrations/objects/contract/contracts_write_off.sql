-- Closing leaves nothing due and reopening what was due before: contracts_write() has done so already, and
-- this entry explains it.
CREATE FUNCTION contracts_write_off() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- Whoever is planning an event on it holds a lock that this waits for; who plans later, finds it
    -- closed (events_refuse_closed).
    PERFORM FROM contracts WHERE id = NEW.id FOR UPDATE;
    IF NEW.closed_at IS NOT NULL THEN
        UPDATE events SET cancelled_reason = NEW.closed_note
        WHERE contract_id = NEW.id AND end_date > utc_now() AND cancelled_at IS NULL;
    END IF;
    IF OLD.amount_due <> NEW.amount_due THEN
        INSERT INTO payments (contract_id, amount, kind, reason, paid_on, created_by_id)
        VALUES (NEW.id, OLD.amount_due - NEW.amount_due, 'WRITE_OFF',
            coalesce(NEW.closed_note, NEW.closed_reason, OLD.closed_note, OLD.closed_reason), (SELECT company_today()),
            (SELECT employee_id()));
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION contracts_write_off() IS
    'Writes the entry that explains what a contract no longer owes since it was closed, or owes again, and cancels its coming events with it (rule 17).';
