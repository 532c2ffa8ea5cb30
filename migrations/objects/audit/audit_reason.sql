CREATE FUNCTION audit_reason() RETURNS text
    LANGUAGE sql STABLE
    RETURN nullif(current_setting('epicevents.reason', true), '');
COMMENT ON FUNCTION audit_reason() IS
    'The reason that this transaction gave, if any.';
