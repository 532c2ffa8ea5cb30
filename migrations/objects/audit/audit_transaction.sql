CREATE FUNCTION audit_transaction() RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    number bigint;
    mine open_sessions;
    checked boolean;
BEGIN
    SELECT * INTO mine FROM live_session() WHERE in_force;
    -- A statement that outlives its session would otherwise be nobody's.
    IF mine.user_id IS NULL AND NOT pg_has_role(session_user, 'epicevents_owner', 'MEMBER') THEN
        RAISE EXCEPTION 'the session has ended' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Ids of transactions begin anew on a restored server: not those of before this one.
    SELECT id, undo_checked INTO number, checked FROM audit_transactions
    WHERE xid = pg_current_xact_id() AND at >= timezone('utc', transaction_timestamp());
    IF NOT FOUND THEN
        INSERT INTO audit_transactions (xid, at, employee_id, session_id, database_role, command)
        VALUES (
            -- Of the first write: a transaction may have been open since yesterday.
            pg_current_xact_id(), timezone('utc', clock_timestamp()), mine.user_id, mine.id,
            session_user,
            left(nullif(current_setting('epicevents.command', true), ''), 200)
        )
        RETURNING id INTO number;
    END IF;
    IF checked THEN
        RAISE EXCEPTION 'an undo that was checked writes nothing more'
            USING ERRCODE = 'check_violation', TABLE = 'audit_transactions',
            CONSTRAINT = 'tg_audit_transactions_opposite';
    END IF;
    RETURN number;
END;
$$;
COMMENT ON FUNCTION audit_transaction() IS
    'The number under which the audit groups what this transaction writes.';
