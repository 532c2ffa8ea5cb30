CREATE FUNCTION prefix_query(value text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN search_query(value, false);
COMMENT ON FUNCTION prefix_query(text) IS
    'Finds what has all the words of a text, each as the beginning of a word; nothing when it has no words.';
GRANT EXECUTE ON FUNCTION prefix_query(text) TO epicevents_app;
