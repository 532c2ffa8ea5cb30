CREATE FUNCTION clients_stay_erased() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (NEW.full_name, NEW.email, NEW.phone, NEW.company_name, NEW.erased_at)
        IS DISTINCT FROM (OLD.full_name, OLD.email, OLD.phone, OLD.company_name, OLD.erased_at)
    THEN
        RAISE EXCEPTION 'client % is erased, for good', OLD.id
            USING ERRCODE = 'check_violation', TABLE = 'clients',
            CONSTRAINT = 'tg_clients_stay_erased';
    END IF;
    RETURN NEW;
END;
$$;
