-- Without nested loops and compiling: migrations/README.md.
-- After the foreign key's own triggers, which wait for an erasure that is under way.
CREATE FUNCTION contracts_of_nobody_erased() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off SET jit = off
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_rows n JOIN clients c ON c.id = n.client_id WHERE c.erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'the client is erased; nothing more is sold to it'
            USING ERRCODE = 'check_violation', TABLE = 'contracts',
            CONSTRAINT = 'tg_contracts_erased_client';
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION contracts_of_nobody_erased() IS
    'Refuses new contracts of an erased client.';
