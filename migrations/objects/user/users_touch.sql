-- "Two people edit one record" is told by the version, which therefore moves with every update.
CREATE FUNCTION users_touch() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := timezone('utc', now());
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION users_touch() IS
    'Moves the version and updated_at of a changed account.';
