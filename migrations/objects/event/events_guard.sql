-- What a policy cannot say, which sees the old row or the new, never both; whose record this is, it has
-- said already. The owner is not bound, whose functions erase and take back.
CREATE FUNCTION events_guard() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT row_security_active(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF NEW.overlap_allowed AND (TG_OP = 'INSERT' OR NOT OLD.overlap_allowed) AND NOT has_reason()
    THEN
        PERFORM deny('overlapping events take a reason');
    END IF;
    IF TG_OP = 'UPDATE' AND employee_role() IS DISTINCT FROM 'MANAGEMENT' AND
        (NEW.contract_id, NEW.client_id, NEW.support_contact_id, NEW.overlap_allowed)
        IS DISTINCT FROM
        (OLD.contract_id, OLD.client_id, OLD.support_contact_id, OLD.overlap_allowed)
    THEN
        PERFORM deny('only MANAGEMENT assigns an event or moves it to another contract');
    END IF;
    -- Two events at once were allowed to one person at one time.
    IF TG_OP = 'UPDATE' AND (NEW.support_contact_id, NEW.start_date, NEW.end_date)
        IS DISTINCT FROM (OLD.support_contact_id, OLD.start_date, OLD.end_date)
        AND (employee_role() IS DISTINCT FROM 'MANAGEMENT' OR NOT has_reason())
    THEN
        NEW.overlap_allowed := false;
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION events_guard() IS
    'Denies an employee what only MANAGEMENT changes of an event, and an overlap without a reason.';
