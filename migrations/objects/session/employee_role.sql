CREATE FUNCTION employee_role() RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN (SELECT role FROM live_session() WHERE in_force AND NOT must_change_password);
END;
$$;
COMMENT ON FUNCTION employee_role() IS 'The role of employee_id(), as it is now.';
GRANT EXECUTE ON FUNCTION employee_role() TO epicevents_app;
