-- Nobody but the owner may update a payment at all; an erasure says so, and touches only its texts.
CREATE FUNCTION payments_are_final() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('epicevents.erasing', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'a payment is never edited or deleted; reverse it by an opposite entry'
        USING ERRCODE = 'check_violation', TABLE = 'payments',
        CONSTRAINT = 'tg_payments_are_final';
END;
$$;
COMMENT ON FUNCTION payments_are_final() IS
    'Refuses to edit a payment, except while a client is erased.';
