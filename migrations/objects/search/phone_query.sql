-- Numbers are kept with the code of their country (phone_terms). People type them as at home, with a 0
-- in its stead, as from abroad, with 00, or with both, "+33 (0)6 …". No number is longer than 15 digits;
-- what is far longer is none, and would only cost time. An extension is of the number before it.
CREATE FUNCTION phone_query(value text, shortest integer) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT string_agg(quote_literal('~' || reverse(digits)) || ':*', ' | ')::tsquery
        FROM regexp_replace(left(value, 80) COLLATE "C",
                '[ ,]*(;ext=|ext\.?|extension|poste)[ :]*[0-9]{1,11}\s*$', '', 'i') number,
            LATERAL (
                SELECT regexp_replace(replace(number, '(0)', ''), '[^0-9]', '', 'g')
            ) typed (whole),
            unnest(ARRAY[
                whole,
                substring(whole COLLATE "C", '^00([1-9][0-9]{6,})$'),
                substring(whole COLLATE "C", '^0([1-9][0-9]{6,})$')
            ]) digits
        WHERE number COLLATE "C" ~ '^[0-9 +()./\u00a0\u202f\u2010-\u2013-]{1,60}$'
            AND length(digits) BETWEEN shortest AND 20
    );
COMMENT ON FUNCTION phone_query(text, integer) IS
    'Finds the phone numbers that a text is, in any notation, or ends if it has that many digits at least; NULL when it is none.';
GRANT EXECUTE ON FUNCTION phone_query(text, integer) TO epicevents_app;
