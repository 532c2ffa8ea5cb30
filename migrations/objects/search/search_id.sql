-- Not "0612345678", which is a phone number.
CREATE FUNCTION search_id(value text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT CASE WHEN typed::bigint <= 2147483647 THEN typed::integer END
        FROM substring(value COLLATE "C", '^\s*#?([1-9][0-9]{0,9})\s*$') typed
    );
COMMENT ON FUNCTION search_id(text) IS
    'The id that a text is, as "71" or "#71"; NULL when it is none.';
GRANT EXECUTE ON FUNCTION search_id(text) TO epicevents_app;
