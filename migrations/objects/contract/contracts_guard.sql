-- What a policy cannot say, which sees the old row or the new, never both; whose record this is, it has
-- said already. The owner is not bound, whose functions erase and take back.
CREATE FUNCTION contracts_guard() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT row_security_active(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF OLD.signed_status AND (NEW.signed_status, NEW.total_amount)
        IS DISTINCT FROM (OLD.signed_status, OLD.total_amount)
        AND (employee_role() IS DISTINCT FROM 'MANAGEMENT' OR NOT has_reason())
    THEN
        PERFORM deny('only MANAGEMENT unsigns or amends a signed contract, with a reason');
    END IF;
    -- Signing and unsigning set and clear it: then the row is unsigned before or after.
    IF OLD.signed_status AND NEW.signed_status AND NEW.signed_at IS DISTINCT FROM OLD.signed_at THEN
        PERFORM deny('the moment of a signature does not change');
    END IF;
    IF OLD.signed_status AND NEW.closed_reason IS DISTINCT FROM OLD.closed_reason
        AND employee_role() IS DISTINCT FROM 'MANAGEMENT'
    THEN
        PERFORM deny('only MANAGEMENT cancels a signed contract');
    END IF;
    IF NEW.sales_contact_id IS DISTINCT FROM OLD.sales_contact_id
        AND employee_role() IS DISTINCT FROM 'MANAGEMENT'
    THEN
        PERFORM deny('only MANAGEMENT changes a contract''s sales contact');
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION contracts_guard() IS
    'Denies an employee what only MANAGEMENT changes of a contract.';
