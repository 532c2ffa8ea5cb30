CREATE FUNCTION proven_key(proof bytea, code bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- Before the bits bit_send() writes their number, in four bytes.
    RETURN sha256(substr(bit_send(
        ('x' || encode(proof, 'hex'))::bit(256) # ('x' || encode(code, 'hex'))::bit(256)
    ), 5));
COMMENT ON FUNCTION proven_key(bytea, bytea) IS
    'The stored key of whoever made a proof with that code: what the password gives, uncovered and hashed. Granted to nobody.';
