-- What a policy cannot say, which sees the old row or the new, never both; whose record this is, it has
-- said already. The owner is not bound, whose functions erase and take back.
CREATE FUNCTION users_guard() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT row_security_active(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- Whoever sets a password for somebody else knows it.
        NEW.must_change_password := true;
        RETURN NEW;
    END IF;
    IF OLD.id = employee_id() AND (NEW.role, NEW.is_active) IS DISTINCT FROM (OLD.role, OLD.is_active)
    THEN
        PERFORM deny('nobody changes their own role or deactivates themselves');
    END IF;
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' AND
        (NEW.first_name, NEW.last_name, NEW.email, NEW.role, NEW.is_active)
        IS DISTINCT FROM (OLD.first_name, OLD.last_name, OLD.email, OLD.role, OLD.is_active)
    THEN
        PERFORM deny('of one''s own account only the phone and the password');
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION users_guard() IS
    'Denies an employee the columns of an account that are not theirs to change.';
