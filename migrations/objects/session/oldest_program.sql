-- A revision that only adds leaves this: programs of before it go on working. One that takes away or
-- changes what a program uses writes its own number here, and older programs are refused (exit 7).
CREATE FUNCTION oldest_program() RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '0024';
COMMENT ON FUNCTION oldest_program() IS
    'The oldest program that may work with this schema, by the revision that it was written for.';
GRANT EXECUTE ON FUNCTION oldest_program() TO epicevents_app;
