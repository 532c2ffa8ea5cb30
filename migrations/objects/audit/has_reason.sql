CREATE FUNCTION has_reason() RETURNS boolean
    LANGUAGE sql STABLE
    RETURN coalesce(is_plain_text(current_setting('epicevents.reason', true), true), false);
COMMENT ON FUNCTION has_reason() IS 'Whether this transaction gave the reason that its writes need.';
GRANT EXECUTE ON FUNCTION has_reason() TO epicevents_app;
