-- When a contract is to be paid, since when and by whom it is signed.

-- The program says which zone the company lives in; who writes SQL by hand means that of Paris.
CREATE FUNCTION company_zone() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('epicevents.timezone', true), ''), 'Europe/Paris');
COMMENT ON FUNCTION company_zone() IS
    'The time zone of the company, as this transaction has said it.';

CREATE FUNCTION company_today() RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN timezone(company_zone(), statement_timestamp())::date;
COMMENT ON FUNCTION company_today() IS 'The day that it is in the company''s zone.';

CREATE FUNCTION due_after(signed_at timestamp) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN timezone(company_zone(), timezone('utc', signed_at))::date + 30;
COMMENT ON FUNCTION due_after(timestamp) IS
    'When a contract that was signed then is to be paid, unless another day is agreed.';

GRANT EXECUTE ON FUNCTION company_zone(), company_today() TO epicevents_app;


ALTER TABLE contracts
    ADD COLUMN due_date DATE,
    ADD COLUMN signed_by_id INTEGER
        CONSTRAINT fk_contracts_signed_by_id_users REFERENCES users (id);

-- Of the signed contracts, the day follows from the signature, and who signed stands in the audit.
-- Not an edit of anybody's: neither their versions nor the audit move.
ALTER TABLE contracts DISABLE TRIGGER USER;
UPDATE contracts SET due_date = due_after(signed_at) WHERE signed_status;
UPDATE contracts k SET signed_by_id = signed.employee_id
FROM (
    SELECT DISTINCT ON (e.record_id) e.record_id, t.employee_id
    FROM audit_entries e JOIN audit_transactions t ON t.id = e.transaction_id
    WHERE e.table_name = 'contracts' AND e.changes -> 'signed_status' -> 1 = 'true'
    ORDER BY e.record_id, e.id DESC
) signed
JOIN users u ON u.id = signed.employee_id
WHERE k.id = signed.record_id AND k.signed_status;
ALTER TABLE contracts ENABLE TRIGGER USER;

ALTER TABLE contracts
    ADD CONSTRAINT ck_contracts_due_date
        CHECK (due_date >= '1900-01-01' AND due_date < '3000-01-01'),
    ADD CONSTRAINT ck_contracts_due_date_known CHECK (NOT signed_status OR due_date IS NOT NULL);

CREATE INDEX ix_contracts_due_date ON contracts (due_date, id);
-- Serves "overdue", which repeats this condition to the letter: most contracts of an old company
-- were due long ago, and few of them are still to be paid.
CREATE INDEX ix_contracts_to_be_paid ON contracts (due_date, id)
    WHERE signed_status AND amount_due > 0;
CREATE INDEX ix_contracts_signed_by_id ON contracts (signed_by_id);

GRANT INSERT (due_date), UPDATE (due_date, signed_at) ON contracts TO epicevents_app;

CREATE OR REPLACE FUNCTION contracts_write() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.version := OLD.version + 1;
        -- One level down is the ledger itself, which alone moves the balance.
        IF pg_trigger_depth() = 1 THEN
            IF NEW.amount_due IS DISTINCT FROM OLD.amount_due THEN
                RAISE EXCEPTION 'amount_due is what the payments leave; write a payment instead'
                    USING ERRCODE = 'check_violation', TABLE = 'contracts',
                    CONSTRAINT = 'tg_contracts_amount_due_is_derived';
            END IF;
            NEW.amount_due := OLD.amount_due + NEW.total_amount - OLD.total_amount;
        END IF;
        IF OLD.signed_status AND NEW.client_id <> OLD.client_id THEN
            RAISE EXCEPTION 'the client of a signed contract is frozen'
                USING ERRCODE = 'check_violation', TABLE = 'contracts',
                CONSTRAINT = 'tg_contracts_signed_client_is_frozen';
        END IF;
        IF OLD.signed_status AND NEW.signed_status AND NEW.total_amount <> OLD.total_amount
            AND NOT has_reason()
        THEN
            RAISE EXCEPTION 'the total of a signed contract is frozen; amending it takes a reason'
                USING ERRCODE = 'check_violation', TABLE = 'contracts',
                CONSTRAINT = 'tg_contracts_signed_total_is_frozen';
        END IF;
        IF OLD.signed_status AND NOT NEW.signed_status
            AND EXISTS (SELECT FROM payments WHERE contract_id = OLD.id)
        THEN
            RAISE EXCEPTION 'a contract with payments cannot be unsigned'
                USING ERRCODE = 'check_violation', TABLE = 'contracts',
                CONSTRAINT = 'tg_contracts_unsign_with_payments';
        END IF;
    END IF;
    IF NOT NEW.signed_status THEN
        -- A due date that nobody chose goes with the signature that it followed from.
        IF OLD.signed_status AND NEW.due_date = due_after(OLD.signed_at) THEN
            NEW.due_date := NULL;
        END IF;
        NEW.signed_at := NULL;
        NEW.signed_by_id := NULL;
    ELSIF OLD.signed_status IS NOT TRUE THEN
        NEW.signed_at := coalesce(NEW.signed_at, timezone('utc', now()));
        NEW.signed_by_id := coalesce(NEW.signed_by_id, employee_id());
        NEW.due_date := coalesce(NEW.due_date, due_after(NEW.signed_at));
        IF NEW.signed_at > timezone('utc', clock_timestamp()) THEN
            RAISE EXCEPTION 'nothing is signed in the future'
                USING ERRCODE = 'check_violation', TABLE = 'contracts',
                CONSTRAINT = 'tg_contracts_signed_in_future';
        END IF;
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE FUNCTION contracts_guard() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT row_security_active(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF OLD.signed_status AND (NEW.signed_status, NEW.total_amount)
        IS DISTINCT FROM (OLD.signed_status, OLD.total_amount)
        AND (employee_role() IS DISTINCT FROM 'MANAGEMENT' OR NOT has_reason())
    THEN
        PERFORM deny('only MANAGEMENT unsigns or amends a signed contract, with a reason');
    END IF;
    IF OLD.signed_status AND NEW.signed_status AND NEW.signed_at IS DISTINCT FROM OLD.signed_at THEN
        PERFORM deny('the moment of a signature does not change');
    END IF;
    IF NEW.sales_contact_id IS DISTINCT FROM OLD.sales_contact_id
        AND employee_role() IS DISTINCT FROM 'MANAGEMENT'
    THEN
        PERFORM deny('only MANAGEMENT changes a contract''s sales contact');
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE FUNCTION begin_import(noun text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF coalesce(employee_role(), '') NOT IN ('SALES', 'MANAGEMENT') THEN
        PERFORM deny('only SALES and MANAGEMENT import');
    END IF;
    -- line: of the file; refused: the code of why it is, about what, and which record or line;
    -- skipped: left out on request; the ids are found when the rows have arrived.
    CASE noun
        WHEN 'client' THEN
            CREATE TEMPORARY TABLE pg_temp.client_import (
                line INTEGER NOT NULL, refused TEXT, about TEXT, about_id INTEGER,
                skipped BOOLEAN NOT NULL DEFAULT false,
                full_name TEXT, email TEXT, phone TEXT, company_name TEXT, sales_contact TEXT,
                id INTEGER, sales_contact_id INTEGER
            ) ON COMMIT DROP;
            GRANT SELECT, INSERT, UPDATE ON pg_temp.client_import TO epicevents_app;
        WHEN 'contract' THEN
            CREATE TEMPORARY TABLE pg_temp.contract_import (
                line INTEGER NOT NULL, refused TEXT, about TEXT, about_id INTEGER,
                skipped BOOLEAN NOT NULL DEFAULT false,
                client TEXT, total_amount NUMERIC(15, 2), amount_due NUMERIC(15, 2),
                signed_status BOOLEAN, due_date DATE,
                id INTEGER, client_id INTEGER, sales_contact_id INTEGER
            ) ON COMMIT DROP;
            GRANT SELECT, INSERT, UPDATE ON pg_temp.contract_import TO epicevents_app;
        WHEN 'event' THEN
            CREATE TEMPORARY TABLE pg_temp.event_import (
                line INTEGER NOT NULL, refused TEXT, about TEXT, about_id INTEGER,
                skipped BOOLEAN NOT NULL DEFAULT false,
                name TEXT, client TEXT, contract INTEGER, total_amount NUMERIC(15, 2),
                client_contact TEXT, start_date TIMESTAMP, end_date TIMESTAMP,
                support_contact TEXT, location TEXT, attendees INTEGER, notes TEXT,
                id INTEGER, client_id INTEGER, contract_id INTEGER, support_contact_id INTEGER
            ) ON COMMIT DROP;
            GRANT SELECT, INSERT, UPDATE ON pg_temp.event_import TO epicevents_app;
    END CASE;
END;
$$;


CREATE OR REPLACE VIEW contract_list AS
    SELECT k.id, k.client_id, c.full_name AS client, c.company_name,
        k.sales_contact_id, s.first_name || ' ' || s.last_name AS sales_contact,
        k.total_amount, k.amount_due, k.signed_status,
        CASE WHEN NOT k.signed_status THEN 'DRAFT'
            WHEN k.amount_due = 0 THEN 'PAID'
            WHEN k.amount_due < k.total_amount THEN 'PARTLY_PAID'
            ELSE 'SIGNED' END AS status,
        k.signed_at, k.created_at, k.version,
        c.full_name_folded AS client_folded, s.name_folded AS sales_contact_folded,
        c.sales_contact_id AS client_sales_contact_id,
        k.due_date,
        CASE WHEN k.signed_status AND k.amount_due > 0 AND k.due_date < (SELECT company_today())
            THEN (SELECT company_today()) - k.due_date END AS days_overdue,
        k.signed_by_id, b.first_name || ' ' || b.last_name AS signed_by
    FROM clients c, users s, contracts k
    LEFT JOIN users b ON b.id = k.signed_by_id
    WHERE c.id = k.client_id AND s.id = k.sales_contact_id
      AND (SELECT employee_id()) IS NOT NULL;

-- Twenty words find whom one means; each costs a scan of the index, and a text of hundreds cost
-- seconds.
CREATE OR REPLACE FUNCTION prefix_query(value text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT coalesce(string_agg(quote_literal(word) || ':*', ' & '), '')::tsquery
        FROM (
            SELECT word FROM unnest(words(value)) WITH ORDINALITY each (word, position)
            GROUP BY word ORDER BY min(position) LIMIT 20
        ) asked
    );
