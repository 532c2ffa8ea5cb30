CREATE FUNCTION addresses_of(who jsonb[]) RETURNS jsonb[]
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT array_agg(jsonb_build_object(key, value))
    FROM unnest(who) one, jsonb_each(one) WHERE key IN ('email', 'phone');
END;
COMMENT ON FUNCTION addresses_of(jsonb[]) IS
    'Only the emails and phones of what a person is known by: they are nobody else''s words. Granted to nobody.';
