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
    -- The column's default is the day in UTC, which may have begun before the company's. An opening
    -- payment has the day of its contract, and what no calendar of ours has is ck_payments_paid_on's.
    IF NEW.kind <> 'OPENING' AND NEW.paid_on < '3000-01-01'
        AND NEW.paid_on > greatest(company_today(), timezone('utc', clock_timestamp())::date)
    THEN
        RAISE EXCEPTION 'nothing is paid in the future'
            USING ERRCODE = 'check_violation', TABLE = 'payments',
            CONSTRAINT = 'tg_payments_paid_in_future';
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION payments_guard() IS
    'Records the employee who recorded a payment, and the kind of the entry that it reverses; refuses one of a day to come (rule 20).';
