CREATE FUNCTION columns_of(of_table text, how text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT coalesce(array_agg(column_name), '{}') FROM text_columns()
    WHERE table_name = of_table AND personal = how;
END;
COMMENT ON FUNCTION columns_of(text, text) IS
    'The columns of a table that name a client in this way, see text_columns().';
GRANT EXECUTE ON FUNCTION columns_of(text, text) TO epicevents_app;
