CREATE FUNCTION stored_key(hashed_password text) RETURNS bytea
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN decode(split_part(hashed_password, '$', 6) || '=', 'base64');
COMMENT ON FUNCTION stored_key(text) IS
    'The tag of a stored password: the SHA-256 of the 32 bytes that the password gives. Granted to nobody.';
