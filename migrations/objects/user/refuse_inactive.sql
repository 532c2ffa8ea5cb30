CREATE FUNCTION refuse_inactive(people integer[], on_table text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    person record;
BEGIN
    -- FOR SHARE: a deactivation that is under way is waited for, and seen.
    FOR person IN SELECT id, is_active FROM users WHERE id = ANY (people) ORDER BY id FOR SHARE LOOP
        IF NOT person.is_active THEN
            RAISE EXCEPTION 'user % is inactive; nothing is assigned to them', person.id
                USING ERRCODE = 'check_violation', TABLE = on_table,
                CONSTRAINT = format('tg_%s_active_contact', on_table);
        END IF;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION refuse_inactive(integer[], text) IS
    'Refuses to assign anything to an inactive person (rule 10).';
