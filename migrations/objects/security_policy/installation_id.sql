CREATE FUNCTION installation_id() RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT policy.installation_id FROM security_policy policy WHERE employee_id() IS NOT NULL;
END;
COMMENT ON FUNCTION installation_id() IS
    'The installation_id of the security_policy, for whoever is logged in.';
GRANT EXECUTE ON FUNCTION installation_id() TO epicevents_app;
