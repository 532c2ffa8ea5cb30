-- The program computes the same in crm/security/proofs.py. All parts but the last have one length.
CREATE FUNCTION login_code(
    side text, key bytea, challenge bytea, session_hash bytea, email text
) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN hmac_sha256(
        key, convert_to(side, 'UTF8') || challenge || session_hash || convert_to(email, 'UTF8')
    );
END;
$$;
COMMENT ON FUNCTION login_code(text, bytea, bytea, bytea, text) IS
    'The code of one side, client or server, over one login: its challenge, the session that it is to open, its email; or, to change a password, over the new one in the place of the session. Granted to nobody.';
