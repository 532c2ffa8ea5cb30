-- Nobody resets their own: whoever copied a manager's token would choose the password.
CREATE FUNCTION reset_password(of_user integer, new_password text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' OR of_user = employee_id() THEN
        RAISE EXCEPTION 'only MANAGEMENT resets passwords, and nobody their own'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Sessions that the old password opened end with it.
    UPDATE users SET hashed_password = new_password, must_change_password = true
    WHERE id = of_user;
END;
$$;
COMMENT ON FUNCTION reset_password(integer, text) IS
    'Sets somebody''s password for one use: they must choose another before anything else works.';
GRANT EXECUTE ON FUNCTION reset_password(integer, text) TO epicevents_app;
