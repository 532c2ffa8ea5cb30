-- The program says which zone the company lives in; who writes SQL by hand means that of Paris.
CREATE FUNCTION company_zone() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('epicevents.timezone', true), ''), 'Europe/Paris');
COMMENT ON FUNCTION company_zone() IS
    'The time zone of the company, as this transaction has said it.';
GRANT EXECUTE ON FUNCTION company_zone() TO epicevents_app;
