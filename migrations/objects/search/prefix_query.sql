-- Twenty words find whom one means; each costs a scan of the index, and a text of hundreds cost
-- seconds.
CREATE FUNCTION prefix_query(value text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT coalesce(string_agg(quote_literal(word) || ':*', ' & '), '')::tsquery
        FROM (
            SELECT word FROM unnest(words(value)) WITH ORDINALITY each (word, position)
            GROUP BY word ORDER BY min(position) LIMIT 20
        ) asked
    );
COMMENT ON FUNCTION prefix_query(text) IS
    'Finds what has all the words of a text, each as the beginning of a word; nothing when it has no words.';
GRANT EXECUTE ON FUNCTION prefix_query(text) TO epicevents_app;
