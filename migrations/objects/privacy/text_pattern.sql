-- As patterns that no locale changes: letters by their code points, whatever case or accent.
CREATE FUNCTION text_pattern(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    folded CONSTANT text := btrim(fold(value));
    pattern text := '';
    letter text;
BEGIN
    FOREACH letter IN ARRAY string_to_array(folded, NULL) LOOP
        pattern := pattern || CASE
            WHEN letter = 'a' THEN '[aAàáâãäåāăąÀÁÂÃÄÅĀĂĄ]'
            WHEN letter = 'c' THEN '[cCçćčÇĆČ]'
            WHEN letter = 'd' THEN '[dDđďĐĎ]'
            WHEN letter = 'e' THEN '[eEèéêëēęěÈÉÊËĒĘĚ]'
            WHEN letter = 'g' THEN '[gGğĞ]'
            WHEN letter = 'i' THEN '[iIìíîïīİıÌÍÎÏĪ]'
            WHEN letter = 'l' THEN '[lLłŁ]'
            WHEN letter = 'n' THEN '[nNñńňÑŃŇ]'
            WHEN letter = 'o' THEN '[oOòóôõöøōőÒÓÔÕÖØŌŐ]'
            WHEN letter = 'r' THEN '[rRřŘ]'
            WHEN letter = 's' THEN '[sSśšşșŚŠŞȘ]'
            WHEN letter = 't' THEN '[tTťțţŤȚŢ]'
            WHEN letter = 'u' THEN '[uUùúûüūůűÙÚÛÜŪŮŰ]'
            WHEN letter = 'y' THEN '[yYýÿÝŸ]'
            WHEN letter = 'z' THEN '[zZźżžŹŻŽ]'
            WHEN letter ~ '[a-z]' THEN format('[%s%s]', letter, upper(letter))
            WHEN letter ~ '[0-9]' THEN letter
            WHEN letter ~ '\s' THEN '\s+'
            WHEN letter = '''' THEN '[''’]'
            -- Punctuation, which may mean something in a pattern.
            WHEN octet_length(letter) = 1 THEN '\' || letter
            ELSE letter
        END;
    END LOOP;
    -- Letters that folding writes as two are found as they stand.
    RETURN format('(?:%s|%s)',
        replace(replace(pattern, '[oOòóôõöøōőÒÓÔÕÖØŌŐ][eEèéêëēęěÈÉÊËĒĘĚ]',
            '(?:[oOòóôõöøōőÒÓÔÕÖØŌŐ][eEèéêëēęěÈÉÊËĒĘĚ]|[œŒ])'),
            '[aAàáâãäåāăąÀÁÂÃÄÅĀĂĄ][eEèéêëēęěÈÉÊËĒĘĚ]',
            '(?:[aAàáâãäåāăąÀÁÂÃÄÅĀĂĄ][eEèéêëēęěÈÉÊËĒĘĚ]|[æÆ])'),
        regexp_replace(btrim(value), '([^[:alnum:][:space:]])', '\\\1', 'g'));
END;
$$;
COMMENT ON FUNCTION text_pattern(text) IS
    'A regular expression that finds a text whatever its case and accents. Granted to nobody.';
