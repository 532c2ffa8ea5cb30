-- Asked before a session is shown, so whoever connects may know it: it is random, and names nothing.
CREATE FUNCTION installation_id() RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT policy.installation_id FROM security_policy policy;
END;
COMMENT ON FUNCTION installation_id() IS
    'Which company this is: the installation_id of the security_policy.';
GRANT EXECUTE ON FUNCTION installation_id() TO epicevents_app;
