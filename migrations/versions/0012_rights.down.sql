ALTER FUNCTION session_id() PARALLEL UNSAFE;
ALTER FUNCTION employee_role() PARALLEL UNSAFE;
ALTER FUNCTION employee_id() PARALLEL UNSAFE;

CREATE OR REPLACE FUNCTION reset_password(of_user integer, new_password text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' THEN
        RAISE EXCEPTION 'only MANAGEMENT resets passwords'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Sessions that the old password opened end with it.
    UPDATE users SET hashed_password = new_password, must_change_password = true
    WHERE id = of_user;
END;
$$;

DO $$
DECLARE
    business text;
    next bigint;
BEGIN
    FOREACH business IN ARRAY ARRAY['users', 'clients', 'contracts', 'events', 'payments'] LOOP
        next := nextval(format('%I', business || '_id_seq'));
        EXECUTE format('ALTER TABLE %I ALTER COLUMN id DROP IDENTITY', business);
        EXECUTE format('CREATE SEQUENCE %1$I AS integer OWNED BY %2$I.id', business || '_id_seq',
            business);
        PERFORM setval(format('%I', business || '_id_seq'), next, false);
        EXECUTE format('ALTER TABLE %2$I ALTER COLUMN id SET DEFAULT nextval(%1$L)',
            business || '_id_seq', business);
        EXECUTE format('GRANT USAGE ON SEQUENCE %I TO epicevents_app', business || '_id_seq');
    END LOOP;
END;
$$;

CREATE OR REPLACE VIEW failed_login_list WITH (security_barrier) AS
    SELECT a.id, a.attempted_at AS at, a.email, a.database_role::text AS database_role
    FROM login_attempts a
    WHERE (SELECT employee_role()) = 'MANAGEMENT'
      AND NOT EXISTS (SELECT FROM sessions s WHERE s.attempt_id = a.id);
ALTER TABLE login_attempts DROP COLUMN listed_as;
