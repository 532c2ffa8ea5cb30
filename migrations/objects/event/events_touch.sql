CREATE FUNCTION events_touch() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := timezone('utc', now());
    IF (NEW.cancelled_reason IS NULL) <> (OLD.cancelled_reason IS NULL) THEN
        NEW.cancelled_at := CASE WHEN NEW.cancelled_reason IS NOT NULL THEN utc_now() END;
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION events_touch() IS
    'Moves the version and updated_at of a changed event, and notes when it was cancelled.';
