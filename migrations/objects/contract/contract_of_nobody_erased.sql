CREATE FUNCTION contract_of_nobody_erased() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (SELECT erased_at IS NOT NULL FROM clients WHERE id = NEW.client_id) THEN
        RAISE EXCEPTION 'the client is erased; nothing more is sold to it'
            USING ERRCODE = 'check_violation', TABLE = 'contracts',
            CONSTRAINT = 'tg_contracts_erased_client';
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION contract_of_nobody_erased() IS
    'Refuses to move a contract to an erased client.';
