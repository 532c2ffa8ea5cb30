-- Some names at a time: the cost of one pattern grows faster than what it finds.
CREATE FUNCTION personal_patterns(who jsonb[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    WITH known (field, value) AS (
        SELECT DISTINCT key, jsonb.value
        FROM unnest(who) one, jsonb_each_text(one) jsonb
        WHERE jsonb.value <> ''
    ), wanted (pattern) AS (
        SELECT phone_pattern(value) FROM known
        WHERE field = 'phone' AND length(regexp_replace(value, '[^0-9]', '', 'g')) >= 6
        UNION SELECT text_pattern(value) FROM known
        WHERE field <> 'phone'
        UNION SELECT text_pattern(part)
            FROM known, regexp_split_to_table(value, '[\s,.''’()-]+') part
            WHERE field = 'full_name' AND length(part) >= 3
    ), longest_first (pattern, portion) AS (
        SELECT pattern,
            sum(length(pattern)) OVER (ORDER BY length(pattern) DESC, pattern) / 10000
        FROM wanted
    )
    SELECT array_agg(found ORDER BY portion) FROM (
        SELECT portion, '(?<![0-9A-Za-z\u00c0-\u024f])(?:'
            || string_agg(pattern, '|' ORDER BY length(pattern) DESC)
            || ')(?![0-9A-Za-z\u00c0-\u024f])' AS found
        FROM (SELECT pattern, trunc(portion) AS portion FROM longest_first) each
        GROUP BY portion
    ) together;
END;
COMMENT ON FUNCTION personal_patterns(jsonb[]) IS
    'Regular expressions that find a person by the values of their record, the longest first, with the parts of the name. Granted to nobody.';
