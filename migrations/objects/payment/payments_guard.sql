CREATE FUNCTION payments_guard() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF row_security_active(TG_RELID) THEN
        NEW.created_by_id := employee_id();
    END IF;
    -- Copied, so that what was received can be summed up without looking at another row.
    IF NEW.reverses_id IS NOT NULL THEN
        NEW.reversed_kind := (SELECT kind FROM payments WHERE id = NEW.reverses_id);
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION payments_guard() IS
    'Records the employee who recorded a payment, and the kind of the entry that it reverses.';
