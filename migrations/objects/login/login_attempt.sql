CREATE FUNCTION login_attempt(email text, derived bytea, session_hash bytea) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    attempt bigint;
BEGIN
    IF octet_length(derived) IS DISTINCT FROM 32 OR octet_length(session_hash) IS DISTINCT FROM 32
    THEN
        RAISE EXCEPTION 'both the derived bytes and the session hash are 32 bytes long'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO login_attempts (email, attempted_at, tag, session_hash, transaction_xid)
    VALUES (
        left(coalesce(email, ''), 100), timezone('utc', clock_timestamp()), sha256(derived),
        session_hash, pg_current_xact_id()
    )
    RETURNING id INTO attempt;
    RETURN attempt;
END;
$$;
COMMENT ON FUNCTION login_attempt(text, bytea, bytea) IS
    'Puts a guess on record. It is judged by login_result() in a later transaction, so that no guess can be taken back.';
GRANT EXECUTE ON FUNCTION login_attempt(text, bytea, bytea) TO epicevents_app;
