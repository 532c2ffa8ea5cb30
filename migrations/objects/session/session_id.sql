CREATE FUNCTION session_id() RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN (SELECT id FROM live_session());
END;
$$;
COMMENT ON FUNCTION session_id() IS 'The number of the session that this transaction has shown.';
GRANT EXECUTE ON FUNCTION session_id() TO epicevents_app;
