-- Every write leaves a row (rule 16): when, who, which record, which fields, old and new values,
-- grouped by what one command did. Statement triggers, so that a bulk load pays once.

CREATE TABLE audit_transactions (
    -- A number of its own: transaction ids of the server do not survive a restore.
    id BIGSERIAL CONSTRAINT pk_audit_transactions PRIMARY KEY,
    xid XID8 NOT NULL,
    at TIMESTAMP NOT NULL,
    employee_id INTEGER,
    session_id BIGINT,
    database_role NAME NOT NULL,
    command TEXT,
    CONSTRAINT uq_audit_transactions_xid_at UNIQUE (xid, at)
);
CREATE INDEX ix_audit_transactions_employee_id ON audit_transactions (employee_id, id);

CREATE TABLE audit_entries (
    id BIGSERIAL CONSTRAINT pk_audit_entries PRIMARY KEY,
    transaction_id BIGINT NOT NULL
        CONSTRAINT fk_audit_entries_transaction_id REFERENCES audit_transactions (id),
    table_name TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    action VARCHAR(6) NOT NULL
        CONSTRAINT ck_audit_entries_action CHECK (action IN ('INSERT', 'UPDATE', 'DELETE')),
    -- {"field": [old, new]}; null before an insert and after a delete.
    changes JSONB NOT NULL,
    -- Given at any moment of a transaction, also after its first write.
    reason TEXT
);
CREATE INDEX ix_audit_entries_record ON audit_entries (table_name, record_id, id);
CREATE INDEX ix_audit_entries_transaction_id ON audit_entries (transaction_id);

CREATE TABLE denied_attempts (
    id BIGSERIAL CONSTRAINT pk_denied_attempts PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    employee_id INTEGER,
    session_id BIGINT,
    database_role NAME NOT NULL,
    permission VARCHAR(50) NOT NULL,
    kind VARCHAR(20),
    record_id INTEGER,
    message VARCHAR(500)
);

CREATE FUNCTION audit_transaction() RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    number bigint;
    mine open_sessions;
BEGIN
    SELECT * INTO mine FROM live_session() WHERE in_force;
    -- A statement that outlives its session would otherwise be nobody's.
    IF mine.user_id IS NULL AND NOT pg_has_role(session_user, 'epicevents_owner', 'MEMBER') THEN
        RAISE EXCEPTION 'the session has ended' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Ids of transactions begin anew on a restored server: not those of before this one.
    SELECT id INTO number FROM audit_transactions
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
    RETURN number;
END;
$$;
COMMENT ON FUNCTION audit_transaction() IS
    'The number under which the audit groups what this transaction writes.';

CREATE FUNCTION audit_reason() RETURNS text
    LANGUAGE sql STABLE
    RETURN nullif(current_setting('epicevents.reason', true), '');

CREATE FUNCTION audit_values(record jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- What is derived from other columns says nothing of its own.
    RETURN record - ARRAY['id', 'version', 'updated_at', 'last_updated', 'name_folded',
        'full_name_folded', 'company_name_folded', 'location_folded', 'search_words',
        'company_words', 'location_words', 'sales_contact_role', 'support_contact_role',
        'contract_signed_status', 'reversed_amount'];

CREATE FUNCTION audit_change(key text, old_value jsonb, new_value jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN key = 'hashed_password' THEN '["(hidden)", "(hidden)"]'::jsonb
        ELSE jsonb_build_array(old_value, new_value) END;

CREATE FUNCTION audit_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows) THEN
        INSERT INTO audit_entries (transaction_id, table_name, record_id, action, reason, changes)
        SELECT audit.number, TG_TABLE_NAME, n.id, 'INSERT', audit_reason(), (
            SELECT jsonb_object_agg(key, audit_change(key, NULL, value))
            FROM jsonb_each(audit_values(to_jsonb(n)))
        )
        FROM new_rows n, audit_transaction() audit (number);
    END IF;
    RETURN NULL;
END;
$$;

CREATE FUNCTION audit_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM old_rows) THEN
        INSERT INTO audit_entries (transaction_id, table_name, record_id, action, reason, changes)
        SELECT audit.number, TG_TABLE_NAME, o.id, 'DELETE', audit_reason(), (
            SELECT jsonb_object_agg(key, audit_change(key, value, NULL))
            FROM jsonb_each(audit_values(to_jsonb(o)))
        )
        FROM old_rows o, audit_transaction() audit (number);
    END IF;
    RETURN NULL;
END;
$$;

CREATE FUNCTION audit_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off
AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows) THEN
        INSERT INTO audit_entries (transaction_id, table_name, record_id, action, reason, changes)
        SELECT audit.number, TG_TABLE_NAME, n.id, 'UPDATE', audit_reason(), coalesce((
            SELECT jsonb_object_agg(after.key, audit_change(after.key, before.value, after.value))
            FROM jsonb_each(audit_values(to_jsonb(n))) after
            JOIN jsonb_each(audit_values(to_jsonb(o))) before USING (key)
            WHERE after.value IS DISTINCT FROM before.value
        ), '{}')
        FROM new_rows n JOIN old_rows o USING (id), audit_transaction() audit (number);
    END IF;
    RETURN NULL;
END;
$$;

DO $$
DECLARE
    business text;
BEGIN
    FOREACH business IN ARRAY ARRAY['users', 'clients', 'contracts', 'events', 'payments'] LOOP
        EXECUTE format('CREATE TRIGGER tg_%1$s_audit_insert AFTER INSERT ON %1$I
            REFERENCING NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION audit_insert()', business);
        EXECUTE format('CREATE TRIGGER tg_%1$s_audit_update AFTER UPDATE ON %1$I
            REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION audit_update()', business);
        EXECUTE format('CREATE TRIGGER tg_%1$s_audit_delete AFTER DELETE ON %1$I
            REFERENCING OLD TABLE AS old_rows
            FOR EACH STATEMENT EXECUTE FUNCTION audit_delete()', business);
    END LOOP;
END;
$$;

CREATE FUNCTION record_denial(permission text, kind text, record_id integer, message text)
    RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    INSERT INTO denied_attempts
        (at, employee_id, session_id, database_role, permission, kind, record_id, message)
    SELECT utc_now(), live.user_id, live.id, session_user, left(permission, 50),
        left(kind, 20), record_id, left(message, 500)
    FROM live_session() live;
END;
COMMENT ON FUNCTION record_denial(text, text, integer, text) IS
    'Puts on record what the program denied to the employee of this session.';

CREATE VIEW audit_list AS
    SELECT e.id, t.id AS transaction_id, t.at, t.employee_id,
        u.first_name || ' ' || u.last_name AS employee, t.database_role::text AS database_role,
        t.command, e.reason, e.table_name, e.record_id, e.action, e.changes
    FROM audit_entries e, audit_transactions t
    LEFT JOIN users u ON u.id = t.employee_id
    WHERE t.id = e.transaction_id AND (SELECT employee_id()) IS NOT NULL;

-- How a gate holds: see revision 0004.
CREATE VIEW denied_list WITH (security_barrier) AS
    SELECT d.id, d.at, d.employee_id, u.first_name || ' ' || u.last_name AS employee,
        d.database_role::text AS database_role, d.permission, d.kind, d.record_id, d.message
    FROM denied_attempts d
    LEFT JOIN users u ON u.id = d.employee_id
    WHERE (SELECT employee_role()) = 'MANAGEMENT';

CREATE VIEW failed_login_list WITH (security_barrier) AS
    SELECT a.id, a.attempted_at AS at, a.email, a.database_role::text AS database_role
    FROM login_attempts a
    WHERE (SELECT employee_role()) = 'MANAGEMENT'
      AND NOT EXISTS (SELECT FROM sessions s WHERE s.attempt_id = a.id);

CREATE VIEW session_list WITH (security_barrier) AS
    SELECT s.id, s.user_id, s.first_name || ' ' || s.last_name AS employee, s.created_at,
        s.last_used_at, s.expires_at, s.id = (SELECT session_id()) AS mine
    FROM open_sessions s
    WHERE (SELECT employee_role()) = 'MANAGEMENT' OR s.user_id = (SELECT employee_id());
