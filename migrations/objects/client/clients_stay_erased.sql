CREATE FUNCTION clients_stay_erased() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NEW.erased_at IS DISTINCT FROM OLD.erased_at OR EXISTS (
        SELECT FROM unnest(columns_of('clients', 'identity')) name
        WHERE to_jsonb(NEW) -> name IS DISTINCT FROM to_jsonb(OLD) -> name
    ) THEN
        RAISE EXCEPTION 'client % is erased, for good', OLD.id
            USING ERRCODE = 'check_violation', TABLE = 'clients',
            CONSTRAINT = 'tg_clients_stay_erased';
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION clients_stay_erased() IS
    'Refuses to bring back what an erasure removed.';
