CREATE FUNCTION keep_a_manager() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- Updating one row, rather than locking it, is what makes two managers who leave at the same
    -- moment wait for each other at every isolation level.
    UPDATE security_policy SET managers_revision = managers_revision + 1;
    IF NOT EXISTS (SELECT FROM users WHERE role = 'MANAGEMENT' AND is_active) THEN
        RAISE EXCEPTION 'at least one active MANAGEMENT account stays'
            USING ERRCODE = 'check_violation', TABLE = 'users',
            CONSTRAINT = 'tg_users_keep_a_manager';
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION keep_a_manager() IS
    'Refuses to leave the company without an active MANAGEMENT account (rule 9).';
