-- Three letters or digits: fewer begin the references of everybody.
CREATE FUNCTION search_reference(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT typed FROM fold_together(value) typed WHERE length(typed) >= 3
    );
COMMENT ON FUNCTION search_reference(text) IS
    'What the reference of a payment begins with, when a text is searched for; NULL when it is too short.';
GRANT EXECUTE ON FUNCTION search_reference(text) TO epicevents_app;
