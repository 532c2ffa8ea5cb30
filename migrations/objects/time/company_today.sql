CREATE FUNCTION company_today() RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN timezone(company_zone(), statement_timestamp())::date;
COMMENT ON FUNCTION company_today() IS 'The day that it is in the company''s zone.';
GRANT EXECUTE ON FUNCTION company_today() TO epicevents_app;
