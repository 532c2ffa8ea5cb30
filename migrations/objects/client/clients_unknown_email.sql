CREATE FUNCTION clients_unknown_email() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.email := unknown_email(NEW.id);
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION clients_unknown_email() IS
    'Puts the reserved address of a client in the stead of an empty email.';
