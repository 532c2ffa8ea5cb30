CREATE OR REPLACE FUNCTION prefix_query(value text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT coalesce(string_agg(quote_literal(word) || ':*', ' & '), '')::tsquery
        FROM unnest(words(value)) word
    );

DROP VIEW contract_list;
CREATE VIEW contract_list AS
    SELECT k.id, k.client_id, c.full_name AS client, c.company_name,
        k.sales_contact_id, s.first_name || ' ' || s.last_name AS sales_contact,
        k.total_amount, k.amount_due, k.signed_status,
        CASE WHEN NOT k.signed_status THEN 'DRAFT'
            WHEN k.amount_due = 0 THEN 'PAID'
            WHEN k.amount_due < k.total_amount THEN 'PARTLY_PAID'
            ELSE 'SIGNED' END AS status,
        k.signed_at, k.created_at, k.version,
        c.full_name_folded AS client_folded, s.name_folded AS sales_contact_folded,
        c.sales_contact_id AS client_sales_contact_id
    FROM contracts k, clients c, users s
    WHERE c.id = k.client_id AND s.id = k.sales_contact_id
      AND (SELECT employee_id()) IS NOT NULL;
GRANT SELECT ON contract_list TO epicevents_app;

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
                signed_status BOOLEAN,
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
    IF NEW.sales_contact_id IS DISTINCT FROM OLD.sales_contact_id
        AND employee_role() IS DISTINCT FROM 'MANAGEMENT'
    THEN
        PERFORM deny('only MANAGEMENT changes a contract''s sales contact');
    END IF;
    RETURN NEW;
END;
$$;

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
        NEW.signed_at := NULL;
    ELSIF NEW.signed_at IS NULL THEN
        NEW.signed_at := timezone('utc', now());
    END IF;
    RETURN NEW;
END;
$$;

REVOKE UPDATE (signed_at) ON contracts FROM epicevents_app;
ALTER TABLE contracts
    DROP CONSTRAINT ck_contracts_due_date_known,
    DROP COLUMN due_date,
    DROP COLUMN signed_by_id;
DROP FUNCTION due_after(timestamp), company_today(), company_zone();
