CREATE FUNCTION without_person(value text, pattern text) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
    RETURN regexp_replace(value COLLATE "C", pattern, '(erased)', 'g');
COMMENT ON FUNCTION without_person(text, text) IS
    'A text with "(erased)" for each match of a pattern. Granted to nobody.';

CREATE FUNCTION without_person(changes jsonb, always text[], pattern text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT coalesce(jsonb_object_agg(key, CASE WHEN jsonb_typeof(change) <> 'array' THEN change ELSE (
        SELECT jsonb_agg(CASE
            WHEN jsonb_typeof(one) <> 'string' THEN one
            WHEN key = ANY (always) OR (one #>> '{}') COLLATE "C" ~ pattern THEN '{"erased": true}'
            ELSE one END ORDER BY number)
        FROM jsonb_array_elements(change) WITH ORDINALITY pair (one, number)
    ) END), '{}')
    FROM jsonb_each(changes) field (key, change);
END;
COMMENT ON FUNCTION without_person(jsonb, text[], text) IS
    'What an audit entry changed, with the object {"erased": true}, which nobody can type, for each value of the fields that are always personal, and for each other text in which the person is found. Granted to nobody.';
