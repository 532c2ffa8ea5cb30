CREATE FUNCTION employee_id() RETURNS integer
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN (SELECT user_id FROM live_session() WHERE in_force AND NOT must_change_password);
END;
$$;
COMMENT ON FUNCTION employee_id() IS
    'The employee whom this transaction acts for; null for nobody, the inactive, the suspended, and those who must first change their password.';
GRANT EXECUTE ON FUNCTION employee_id() TO epicevents_app;
