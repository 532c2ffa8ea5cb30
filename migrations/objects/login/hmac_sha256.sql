CREATE FUNCTION hmac_sha256(key bytea, message bytea) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    short CONSTANT bytea := CASE WHEN octet_length(key) > 64 THEN sha256(key) ELSE key END;
    block CONSTANT bit(512) := ('x' || rpad(encode(short, 'hex'), 128, '0'))::bit(512);
    -- Before the bits bit_send() writes their number, in four bytes.
    inner_key CONSTANT bytea := substr(bit_send(block # repeat('00110110', 64)::bit(512)), 5);
    outer_key CONSTANT bytea := substr(bit_send(block # repeat('01011100', 64)::bit(512)), 5);
BEGIN
    RETURN sha256(outer_key || sha256(inner_key || message));
END;
$$;
COMMENT ON FUNCTION hmac_sha256(bytea, bytea) IS
    'HMAC with SHA-256 (RFC 2104), for which PostgreSQL has no function of its own. Granted to nobody.';
