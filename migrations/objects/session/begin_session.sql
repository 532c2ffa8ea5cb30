-- Programs read its columns by their names: it may gain some, and lose none that an older program uses.
CREATE FUNCTION begin_session(secret text)
    RETURNS TABLE (
        state text, user_id integer, email text, first_name text, last_name text, role text,
        must_change_password boolean, expires_at timestamp, schema_revision text,
        oldest_program text
    )
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    current_revision text := (SELECT version_num FROM alembic_version);
    mine open_sessions;
BEGIN
    -- What an earlier user of a pooled connection may have left behind is not this one's reason.
    PERFORM set_config('epicevents.session', secret, true), set_config('epicevents.reason', '', true);
    SELECT * INTO mine FROM live_session();
    -- When it was last used is worth a write a minute, and never a wait.
    IF mine.last_used_at < utc_now() - interval '1 minute'
        AND NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'
    THEN
        UPDATE session_uses SET last_used_at = utc_now()
        WHERE session_id = (
            SELECT used.session_id FROM session_uses used
            WHERE used.session_id = mine.id FOR UPDATE SKIP LOCKED
        );
    END IF;
    RETURN QUERY
        SELECT CASE WHEN mine.in_force THEN 'live' WHEN mine.id IS NULL THEN 'ended'
                ELSE 'inactive' END,
            mine.user_id, mine.email::text, mine.first_name::text, mine.last_name::text,
            mine.role::text, mine.must_change_password, mine.expires_at, current_revision,
            oldest_program();
END;
$$;
COMMENT ON FUNCTION begin_session(text) IS
    'Introduces a transaction: shows the session secret until its end, and returns the employee as the database sees them now.';
GRANT EXECUTE ON FUNCTION begin_session(text) TO epicevents_app;
