-- Twenty words find whom one means; each costs a scan of the index, and a text of hundreds cost
-- seconds. A word of four digits or more may also end a phone number. "#71" is an id, and no word.
CREATE FUNCTION search_query(value text, whole boolean) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT coalesce(
            string_agg('(' || concat_ws(' | ', quote_literal(word) || CASE WHEN whole THEN '' ELSE ':*' END,
                phone_query(word, 4)::text) || ')', ' & ')
            || coalesce(' | ' || phone_query(value, 4)::text, ''), '')::tsquery
        FROM (
            SELECT word FROM unnest(words(value)) WITH ORDINALITY each (word, position)
            WHERE value COLLATE "C" !~ '^\s*#'
            GROUP BY word ORDER BY min(position) LIMIT 20
        ) asked
    );
COMMENT ON FUNCTION search_query(text, boolean) IS
    'Finds what has all the words of a text, whole or each as the beginning of a word, or the phone number that the text is, or ends; nothing when it has no words.';
GRANT EXECUTE ON FUNCTION search_query(text, boolean) TO epicevents_app;
