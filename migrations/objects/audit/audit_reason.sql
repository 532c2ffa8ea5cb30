CREATE FUNCTION audit_reason() RETURNS text
    LANGUAGE sql STABLE
    RETURN nullif(current_setting('epicevents.reason', true), '');
