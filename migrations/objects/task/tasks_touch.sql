CREATE FUNCTION tasks_touch() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := timezone('utc', now());
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION tasks_touch() IS
    'Moves the version and updated_at of a changed task.';
