CREATE FUNCTION whole_query(value text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN search_query(value, true);
COMMENT ON FUNCTION whole_query(text) IS
    'Finds what has all the words of a text as they are; nothing when it has no words.';
GRANT EXECUTE ON FUNCTION whole_query(text) TO epicevents_app;
