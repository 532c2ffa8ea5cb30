CREATE FUNCTION deny(rule text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'permission denied: %', rule USING ERRCODE = 'insufficient_privilege';
END;
$$;
COMMENT ON FUNCTION deny(text) IS
    'Raises "permission denied" with the rule that denies it.';
GRANT EXECUTE ON FUNCTION deny(text) TO epicevents_app;
