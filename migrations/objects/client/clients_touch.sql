CREATE FUNCTION clients_touch() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.last_updated := timezone('utc', now());
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION clients_touch() IS
    'Moves the version and last_updated of a changed client.';
