CREATE FUNCTION undo_is_opposite() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT undoes_exactly(NEW.id, NEW.undoes) THEN
        RAISE EXCEPTION 'transaction % is not the opposite of %', NEW.id, NEW.undoes
            USING ERRCODE = 'check_violation', TABLE = 'audit_transactions',
            CONSTRAINT = 'tg_audit_transactions_opposite';
    END IF;
    -- Whoever had it checked before the commit writes nothing more.
    UPDATE audit_transactions SET undo_checked = true WHERE id = NEW.id;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION undo_is_opposite() IS
    'Refuses, at commit, an undo that did not write the opposite of exactly what it takes back.';
