CREATE FUNCTION utc_now() RETURNS timestamp
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN timezone('utc', statement_timestamp());
COMMENT ON FUNCTION utc_now() IS 'When the running statement arrived, in UTC.';
GRANT EXECUTE ON FUNCTION utc_now() TO epicevents_app;
