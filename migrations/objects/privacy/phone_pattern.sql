CREATE FUNCTION phone_pattern(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, public, pg_temp
    -- The last eight digits however they are grouped, and what stands before them of the number.
    RETURN '(?:[+0][-0-9 .()/]{0,8})?' || regexp_replace(
        right(regexp_replace(split_part(value, ';', 1), '[^0-9]', '', 'g'), 8), '([0-9])(?=[0-9])', '\1[- .()/]*', 'g');
COMMENT ON FUNCTION phone_pattern(text) IS
    'A regular expression that finds a phone number however it is grouped. Granted to nobody.';
