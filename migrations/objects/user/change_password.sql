CREATE FUNCTION change_password(
    attempt bigint, new_password text, same_password boolean, proof bytea
) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    mine open_sessions;
    guess login_attempts;
BEGIN
    -- A login just now proves that the current password is known, and the proof that whoever knows
    -- it wants this one: somebody who relays or overhears the session cannot say another.
    SELECT * INTO mine FROM live_session()
    WHERE in_force AND attempt_id = attempt AND created_at > utc_now() - interval '5 minutes';
    SELECT * INTO guess FROM login_attempts WHERE id = mine.attempt_id;
    IF proven_key(proof, login_code(
        'change', guess.tag, guess.challenge, sha256(convert_to(new_password, 'UTF8')), guess.email
    )) IS DISTINCT FROM guess.tag OR guess.tag IS NULL
    THEN
        RAISE EXCEPTION 'the current password was not shown just now, for this new one'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- A session lives as long as the password that opened it; this one, and with the same password
    -- the others too, go on with the new hash.
    UPDATE sessions SET credential = sha256(convert_to(new_password, 'UTF8'))
    WHERE id = mine.id
       OR (same_password AND user_id = mine.user_id AND credential = mine.credential);
    UPDATE users
    SET hashed_password = new_password,
        must_change_password = must_change_password AND same_password
    WHERE id = mine.user_id;
END;
$$;
COMMENT ON FUNCTION change_password(bigint, text, boolean, bytea) IS
    'Sets one''s own password, in the session that a fresh login opened, with a proof over the new one; every other session ends. With same_password only the parameters rise.';
GRANT EXECUTE ON FUNCTION change_password(bigint, text, boolean, bytea) TO epicevents_app;
