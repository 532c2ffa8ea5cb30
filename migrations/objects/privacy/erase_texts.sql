-- Built from text_columns(), so that a column which is added there is erased without a line more here.
-- In what it builds, $1 is a pattern that finds the person, $2 the client, $3 the records' ids, and $4
-- whether every record is one to change, for what is replaced whole.
CREATE FUNCTION erase_texts(of_table text, pattern text, client integer, ids integer[], every boolean)
    RETURNS integer
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    assignments text;
    texts text;
    found integer;
BEGIN
    SELECT string_agg(format(CASE t.personal
            WHEN 'person' THEN '%1$I = format(%3$L, $2)'
            WHEN 'text' THEN '%1$I = left(without_person(%1$I, $1), %2$s)'
            ELSE '%1$I = CASE WHEN %1$I COLLATE "C" ~ $1 THEN format(%3$L, id) ELSE %1$I END'
        END, t.column_name, coalesce(c.character_maximum_length, 1000000), t.placeholder), ', '),
        string_agg(format('%I', t.column_name), ', ') FILTER (WHERE t.personal <> 'person')
    INTO STRICT assignments, texts
    FROM text_columns() t JOIN information_schema.columns c USING (table_name, column_name)
    WHERE t.table_name = of_table AND t.personal IN ('person', 'text', 'key')
      AND c.table_schema = 'public';
    EXECUTE format('UPDATE %I SET %s WHERE id = ANY ($3) AND ($4 OR concat_ws($5, %s) COLLATE "C" ~ $1)',
        of_table, assignments, texts)
    USING pattern, client, ids, every, ' ';
    GET DIAGNOSTICS found = ROW_COUNT;
    RETURN found;
END;
$$;
COMMENT ON FUNCTION erase_texts(text, text, integer, integer[], boolean) IS
    'Takes the person whom a pattern finds out of the texts of records; returns of how many. Granted to nobody.';
