-- Taking back what one command changed: see docs/adr/0008-undo.md.
--
-- What a transaction undoes is declared once, by begin_undo(). Fields are then set back by the
-- program with the rights of whoever asks, under the policies and guards that bind it everywhere.
-- Only two things need the owner: records that a transaction created go, and those that it deleted
-- come back; both for MANAGEMENT alone, and just what the audit has of the transaction in question.

ALTER TABLE audit_transactions
    ADD COLUMN undoes BIGINT
        -- Once: whoever wants it back undoes the undoing. The key also decides between two at once.
        CONSTRAINT uq_audit_transactions_undoes UNIQUE
        CONSTRAINT fk_audit_transactions_undoes REFERENCES audit_transactions (id),
    ADD CONSTRAINT ck_audit_transactions_undoes CHECK (undoes < id);
COMMENT ON COLUMN audit_transactions.undoes IS 'The transaction that this one took back.';

-- cancelled: an undo, or what an odd number of them took back. What such a pair wrote changed nothing
-- in the end, and keeps nobody from going further back.
CREATE OR REPLACE VIEW audit_list AS
    SELECT e.id, t.id AS transaction_id, t.at, t.employee_id,
        u.first_name || ' ' || u.last_name AS employee, t.database_role::text AS database_role,
        t.command, e.reason, e.table_name, e.record_id, e.action, e.changes,
        t.undoes, (SELECT n.id FROM audit_transactions n WHERE n.undoes = t.id) AS undone_by,
        t.undoes IS NOT NULL OR (
            WITH RECURSIVE chain (id) AS (
                SELECT n.id FROM audit_transactions n WHERE n.undoes = t.id
                UNION ALL
                SELECT n.id FROM chain, audit_transactions n WHERE n.undoes = chain.id
            )
            SELECT count(*) % 2 = 1 FROM chain
        ) AS cancelled
    FROM audit_entries e, audit_transactions t
    LEFT JOIN users u ON u.id = t.employee_id
    WHERE t.id = e.transaction_id AND (SELECT employee_id()) IS NOT NULL;

CREATE FUNCTION undone_transaction() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT undoes FROM audit_transactions
    WHERE xid = pg_current_xact_id_if_assigned() AND at >= timezone('utc', transaction_timestamp());
END;
COMMENT ON FUNCTION undone_transaction() IS
    'The transaction that this one undoes. Granted to nobody.';

CREATE FUNCTION begin_undo(number bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    me CONSTANT integer := employee_id();
    mine bigint;
BEGIN
    IF me IS NULL OR (employee_role() IS DISTINCT FROM 'MANAGEMENT'
        AND me IS DISTINCT FROM (SELECT employee_id FROM audit_transactions WHERE id = number))
    THEN
        PERFORM deny('only MANAGEMENT undoes what somebody else did');
    END IF;
    mine := audit_transaction();
    UPDATE audit_transactions SET undoes = number WHERE id = mine AND undoes IS NULL;
    IF NOT FOUND THEN
        PERFORM deny('a transaction undoes one other');
    END IF;
    RETURN mine;
END;
$$;
COMMENT ON FUNCTION begin_undo(bigint) IS
    'Says which transaction this one takes back: one''s own, or as MANAGEMENT any, and each once; returns the number of this one.';
GRANT EXECUTE ON FUNCTION begin_undo(bigint) TO epicevents_app;

-- A ledger goes with its contract, when the transaction that wrote both is undone, and never else.
DROP TRIGGER tg_payments_are_final ON payments;
CREATE TRIGGER tg_payments_are_final BEFORE UPDATE ON payments
    FOR EACH STATEMENT EXECUTE FUNCTION payments_are_final();

CREATE FUNCTION payments_stay() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    undone CONSTANT bigint := undone_transaction();
BEGIN
    IF EXISTS (
        SELECT FROM old_rows p WHERE NOT EXISTS (
            SELECT FROM audit_entries e
            WHERE e.transaction_id = undone AND e.action = 'INSERT'
              AND e.table_name = 'contracts' AND e.record_id = p.contract_id
        )
    ) THEN
        RAISE EXCEPTION 'a payment is never deleted; reverse it by an opposite entry'
            USING ERRCODE = 'check_violation', TABLE = 'payments',
            CONSTRAINT = 'tg_payments_stay';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER tg_payments_stay AFTER DELETE ON payments
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION payments_stay();

CREATE FUNCTION undo_created() RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    undone CONSTANT bigint := undone_transaction();
    contracts_created CONSTANT integer[] := ARRAY(
        SELECT record_id FROM audit_entries
        WHERE transaction_id = undone AND table_name = 'contracts' AND action = 'INSERT');
    from_table text;
    created integer[];
    gone integer;
    total integer := 0;
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' THEN
        PERFORM deny('only MANAGEMENT deletes records');
    END IF;
    -- Whoever is changing one of them is waited for, and seen by what follows; whoever comes later
    -- finds it gone.
    FOREACH from_table IN ARRAY ARRAY['users', 'clients', 'contracts', 'events'] LOOP
        EXECUTE format('SELECT FROM %I WHERE id = ANY (ARRAY(
            SELECT record_id FROM audit_entries
            WHERE transaction_id = $1 AND table_name = $2 AND action = ''INSERT''))
            ORDER BY id FOR UPDATE', from_table) USING undone, from_table;
    END LOOP;
    IF EXISTS (
        SELECT FROM audit_entries mine
        JOIN audit_list later USING (table_name, record_id)
        WHERE mine.transaction_id = undone AND mine.action = 'INSERT'
          AND mine.table_name <> 'payments'
          AND later.id > mine.id AND later.transaction_id <> undone AND NOT later.cancelled
    ) THEN
        RAISE EXCEPTION 'what transaction % created has been changed since', undone
            USING ERRCODE = 'check_violation', TABLE = 'audit_transactions',
            CONSTRAINT = 'tg_undo_changed_since';
    END IF;
    IF NOT has_reason() AND EXISTS (
        SELECT FROM contracts WHERE id = ANY (contracts_created)
          AND (signed_status OR amount_due < total_amount)
    ) THEN
        PERFORM deny('taking back a signed contract or its payments takes a reason');
    END IF;
    -- What refers to others first.
    FOREACH from_table IN ARRAY ARRAY['events', 'payments', 'contracts', 'clients', 'users'] LOOP
        created := ARRAY(
            SELECT record_id FROM audit_entries
            WHERE transaction_id = undone AND table_name = from_table AND action = 'INSERT');
        IF from_table = 'users' AND employee_id() = ANY (created) THEN
            PERFORM deny('nobody deletes their own account');
        END IF;
        CASE from_table
            WHEN 'payments' THEN
                DELETE FROM payments
                WHERE id = ANY (created) AND contract_id = ANY (contracts_created);
            ELSE
                EXECUTE format('DELETE FROM %I WHERE id = ANY ($1)', from_table) USING created;
        END CASE;
        GET DIAGNOSTICS gone = ROW_COUNT;
        total := total + gone;
    END LOOP;
    RETURN total;
END;
$$;
COMMENT ON FUNCTION undo_created() IS
    'Deletes what the transaction that this one undoes has created, contracts with the ledger they were written with; only MANAGEMENT may, and only while nothing else has touched it. Returns how many records.';
GRANT EXECUTE ON FUNCTION undo_created() TO epicevents_app;

CREATE FUNCTION undo_deleted() RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    undone CONSTANT bigint := undone_transaction();
    to_table text;
    columns text;
    back integer;
    total integer := 0;
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' THEN
        PERFORM deny('only MANAGEMENT brings deleted records back');
    END IF;
    -- Not accounts, whose passwords the audit does not have. The opening payment of a contract is
    -- written anew, as for any contract that begins with less due than its total.
    FOREACH to_table IN ARRAY ARRAY['clients', 'contracts', 'events'] LOOP
        -- What the table had then and still has.
        columns := (
            SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = to_table::regclass AND attnum > 0 AND NOT attisdropped
              AND attgenerated = '' AND attname IN (
                  SELECT jsonb_object_keys(changes) FROM audit_entries
                  WHERE transaction_id = undone AND table_name = to_table AND action = 'DELETE')
        );
        CONTINUE WHEN columns IS NULL;
        -- Whoever still holds an older reading must not write over it: versions go on.
        EXECUTE format($insert$
            INSERT INTO %1$I (id, version, %2$s)
            SELECT record_id, (SELECT count(*) + 1 FROM audit_entries h
                WHERE h.table_name = $2 AND h.record_id = deleted.record_id), %2$s
            FROM (
                SELECT e.record_id AS deleted_id, r.* FROM audit_entries e,
                    jsonb_populate_record(NULL::%1$I, (
                        SELECT jsonb_object_agg(key, value -> 0) FROM jsonb_each(e.changes)
                    ) || jsonb_build_object('id', e.record_id)) r
                WHERE e.transaction_id = $1 AND e.table_name = $2 AND e.action = 'DELETE'
                  AND NOT EXISTS (
                      SELECT FROM audit_entries own
                      WHERE own.transaction_id = $1 AND own.table_name = $2
                        AND own.record_id = e.record_id AND own.action = 'INSERT')
            ) deleted (record_id)
            ORDER BY record_id
            $insert$, to_table, columns) USING undone, to_table;
        GET DIAGNOSTICS back = ROW_COUNT;
        total := total + back;
    END LOOP;
    RETURN total;
END;
$$;
COMMENT ON FUNCTION undo_deleted() IS
    'Brings back, under their ids, the clients, contracts and events that the transaction which this one undoes has deleted, as the audit has them; only MANAGEMENT may. Returns how many.';
GRANT EXECUTE ON FUNCTION undo_deleted() TO epicevents_app;
