-- Rules 1 to 15 of the company, declared where a constraint can say them, so that no client, no
-- psql and no race gets around them. Each is named; the program maps the name to a sentence.

-- Values (13, 14, 15) -------------------------------------------------------------------------

CREATE FUNCTION is_plain_text(value text, several_lines boolean) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value IS NFC NORMALIZED
        AND value COLLATE "C" !~ CASE WHEN several_lines
            THEN '[\u0001-\u0008\u000b-\u001f\u007f-\u009f]'
            ELSE '[\u0001-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]' END
        AND value COLLATE "C" ~
            '[^\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]';
COMMENT ON FUNCTION is_plain_text(text, boolean) IS
    'Whether a text is NFC, has no control characters (line breaks and tabs where several lines are allowed) and something to be seen.';

CREATE FUNCTION is_email(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN is_plain_text(value, false)
        -- Decomposed, a capital is a capital whatever accent it wears and whatever the locale.
        AND normalize(value, NFKD) COLLATE "C" !~ '[A-ZÆØŒĐŁÞΑ-ΩЀ-Я]'
        AND value COLLATE "C" ~
            '^[^\u0001-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff@]+@[^\u0001-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff@.]+(\.[^\u0001-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff@.]+)+$';
COMMENT ON FUNCTION is_email(text) IS
    'Whether a text has the form of an email address: NFC, lower case, without spaces.';

CREATE FUNCTION is_phone(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value COLLATE "C" ~ '^\+[1-9][0-9]{5,14}$';
COMMENT ON FUNCTION is_phone(text) IS 'Whether a text is a phone number in E.164.';

CREATE FUNCTION has_reason() RETURNS boolean
    LANGUAGE sql STABLE
    RETURN coalesce(is_plain_text(current_setting('epicevents.reason', true), true), false);
COMMENT ON FUNCTION has_reason() IS 'Whether this transaction gave the reason that its writes need.';

ALTER TABLE users
    ADD COLUMN version INTEGER NOT NULL DEFAULT 1,
    ADD CONSTRAINT ck_users_first_name CHECK (is_plain_text(first_name, false)),
    ADD CONSTRAINT ck_users_last_name CHECK (is_plain_text(last_name, false)),
    ADD CONSTRAINT ck_users_email CHECK (is_email(email)),
    ADD CONSTRAINT ck_users_phone CHECK (is_phone(phone)),
    -- What the composite foreign keys below refer to.
    ADD CONSTRAINT uq_users_id_role UNIQUE (id, role);

ALTER TABLE clients
    ADD COLUMN version INTEGER NOT NULL DEFAULT 1,
    ADD CONSTRAINT ck_clients_full_name CHECK (is_plain_text(full_name, false)),
    ADD CONSTRAINT ck_clients_company_name CHECK (is_plain_text(company_name, false)),
    ADD CONSTRAINT ck_clients_email CHECK (is_email(email)),
    ADD CONSTRAINT ck_clients_phone CHECK (is_phone(phone));

-- Of the contracts that are signed already, only when they were written is known.
ALTER TABLE contracts ADD COLUMN signed_at TIMESTAMP;
UPDATE contracts SET signed_at = created_at WHERE signed_status;
-- "NaN" is greater than every number and equal to itself, and numeric(15, 2) takes it.
ALTER TABLE contracts
    ADD COLUMN version INTEGER NOT NULL DEFAULT 1,
    ADD CONSTRAINT ck_contracts_total_amount
        CHECK (total_amount > 0 AND total_amount <> 'NaN'),
    ADD CONSTRAINT ck_contracts_amount_due
        CHECK (amount_due >= 0 AND amount_due <= total_amount AND amount_due <> 'NaN'),
    ADD CONSTRAINT ck_contracts_signed_at CHECK (signed_status = (signed_at IS NOT NULL)),
    ADD CONSTRAINT uq_contracts_id_client_id_signed_status
        UNIQUE (id, client_id, signed_status);

ALTER TABLE events
    ADD COLUMN version INTEGER NOT NULL DEFAULT 1,
    ADD COLUMN overlap_allowed BOOLEAN NOT NULL DEFAULT false,
    ADD CONSTRAINT ck_events_name CHECK (is_plain_text(name, false)),
    ADD CONSTRAINT ck_events_client_contact CHECK (is_plain_text(client_contact, true)),
    ADD CONSTRAINT ck_events_location CHECK (is_plain_text(location, true)),
    ADD CONSTRAINT ck_events_notes CHECK (is_plain_text(notes, true)),
    ADD CONSTRAINT ck_events_attendees CHECK (attendees >= 1),
    ADD CONSTRAINT ck_events_end_date CHECK (end_date > start_date),
    -- Infinity, and years that Python cannot read, would break every listing.
    ADD CONSTRAINT ck_events_dates_range CHECK (
        start_date >= '1900-01-01' AND end_date < '3000-01-01'
    );

-- The moments that the database writes itself are held to the same range.
ALTER TABLE users ADD CONSTRAINT ck_users_dates_range CHECK (
    created_at >= '1900-01-01' AND created_at < '3000-01-01'
    AND updated_at >= '1900-01-01' AND updated_at < '3000-01-01');
ALTER TABLE clients ADD CONSTRAINT ck_clients_dates_range CHECK (
    created_at >= '1900-01-01' AND created_at < '3000-01-01'
    AND last_updated >= '1900-01-01' AND last_updated < '3000-01-01');
ALTER TABLE contracts ADD CONSTRAINT ck_contracts_dates_range CHECK (
    created_at >= '1900-01-01' AND created_at < '3000-01-01'
    AND signed_at >= '1900-01-01' AND signed_at < '3000-01-01');
ALTER TABLE events ADD CONSTRAINT ck_events_created_at_range CHECK (
    created_at >= '1900-01-01' AND created_at < '3000-01-01');


-- Who may stand where (1, 2, 3, 6, 8) -----------------------------------------------------------
-- A foreign key onto a constant: it holds the role now and refuses to let it change later, and no
-- isolation level or race gets around it.

ALTER TABLE clients
    ADD COLUMN sales_contact_role VARCHAR(10) GENERATED ALWAYS AS ('SALES') STORED,
    ADD CONSTRAINT fk_clients_sales_contact_role
        FOREIGN KEY (sales_contact_id, sales_contact_role) REFERENCES users (id, role);

ALTER TABLE contracts
    ADD COLUMN sales_contact_role VARCHAR(10) GENERATED ALWAYS AS ('SALES') STORED,
    ADD CONSTRAINT fk_contracts_sales_contact_role
        FOREIGN KEY (sales_contact_id, sales_contact_role) REFERENCES users (id, role);
CREATE INDEX ix_contracts_sales_contact_id ON contracts (sales_contact_id);

ALTER TABLE events
    ADD COLUMN support_contact_role VARCHAR(10) GENERATED ALWAYS AS ('SUPPORT') STORED,
    ADD COLUMN contract_signed_status BOOLEAN GENERATED ALWAYS AS (true) STORED,
    ADD CONSTRAINT fk_events_support_contact_role
        FOREIGN KEY (support_contact_id, support_contact_role) REFERENCES users (id, role),
    ADD CONSTRAINT fk_events_signed_contract
        FOREIGN KEY (contract_id, client_id, contract_signed_status)
        REFERENCES contracts (id, client_id, signed_status);
CREATE INDEX ix_events_client_id ON events (client_id);


-- No two events at once (12) --------------------------------------------------------------------
-- A box per event, one row of boxes per person: needs no extension, exact to the microsecond, and
-- an event may begin when another ends. Those that overlap already may go on doing so.

UPDATE events e SET overlap_allowed = EXISTS (
    SELECT FROM events other
    WHERE other.support_contact_id = e.support_contact_id AND other.id <> e.id
      AND other.start_date < e.end_date AND other.end_date > e.start_date
);
ALTER TABLE events ADD CONSTRAINT ex_events_support_overlap EXCLUDE USING gist (
    box(
        point(support_contact_id, extract(epoch FROM start_date) * 1e6),
        point(support_contact_id, extract(epoch FROM end_date) * 1e6 - 1)
    ) WITH &&
) WHERE (support_contact_id IS NOT NULL AND NOT overlap_allowed);


-- The ledger (5, 7) -----------------------------------------------------------------------------

CREATE TABLE payments (
    id SERIAL CONSTRAINT pk_payments PRIMARY KEY,
    contract_id INTEGER NOT NULL
        CONSTRAINT fk_payments_contract_id_contracts REFERENCES contracts (id),
    amount NUMERIC(15, 2) NOT NULL
        CONSTRAINT ck_payments_amount CHECK (amount <> 0 AND amount <> 'NaN'),
    kind VARCHAR(10) NOT NULL DEFAULT 'PAYMENT'
        CONSTRAINT ck_payments_kind
        CHECK (kind IN ('OPENING', 'PAYMENT', 'REVERSAL', 'ADJUSTMENT')),
    paid_on DATE NOT NULL DEFAULT timezone('utc', now())::date
        CONSTRAINT ck_payments_paid_on CHECK (paid_on >= '1900-01-01' AND paid_on < '3000-01-01'),
    method VARCHAR(20) CONSTRAINT ck_payments_method CHECK (is_plain_text(method, false)),
    reference VARCHAR(100)
        CONSTRAINT ck_payments_reference CHECK (is_plain_text(reference, false)),
    reason VARCHAR(500) CONSTRAINT ck_payments_reason CHECK (is_plain_text(reason, true)),
    -- The same key is the same payment, however often it is sent.
    request_key VARCHAR(100)
        CONSTRAINT ck_payments_request_key CHECK (is_plain_text(request_key, false)),
    reverses_id INTEGER CONSTRAINT uq_payments_reverses_id UNIQUE,
    reversed_amount NUMERIC(15, 2) GENERATED ALWAYS AS (-amount) STORED,
    created_by_id INTEGER CONSTRAINT fk_payments_created_by_id_users REFERENCES users (id),
    created_at TIMESTAMP NOT NULL DEFAULT timezone('utc', now())
        CONSTRAINT ck_payments_created_at_range
        CHECK (created_at >= '1900-01-01' AND created_at < '3000-01-01'),
    CONSTRAINT uq_payments_contract_id_request_key UNIQUE (contract_id, request_key),
    CONSTRAINT uq_payments_id_contract_id_amount UNIQUE (id, contract_id, amount),
    CONSTRAINT fk_payments_reverses
        FOREIGN KEY (reverses_id, contract_id, reversed_amount)
        REFERENCES payments (id, contract_id, amount),
    CONSTRAINT ck_payments_sign CHECK (
        kind = 'ADJUSTMENT' OR (kind = 'REVERSAL') = (amount < 0)
    ),
    CONSTRAINT ck_payments_reversal CHECK ((kind = 'REVERSAL') = (reverses_id IS NOT NULL)),
    CONSTRAINT ck_payments_reason_given CHECK (
        kind IN ('OPENING', 'PAYMENT') OR reason IS NOT NULL
    )
);
CREATE INDEX ix_payments_created_by_id ON payments (created_by_id);

-- What is paid already, nobody knows how.
INSERT INTO payments (contract_id, amount, kind, paid_on)
SELECT id, total_amount - amount_due, 'OPENING', created_at::date
FROM contracts WHERE amount_due < total_amount;

-- The owner's, because whoever is no longer logged in would not see the payments that forbid it.
CREATE FUNCTION contracts_write() RETURNS trigger
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
CREATE TRIGGER tg_contracts_write BEFORE INSERT OR UPDATE ON contracts
    FOR EACH ROW EXECUTE FUNCTION contracts_write();

CREATE FUNCTION contracts_open_ledger() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    INSERT INTO payments (contract_id, amount, kind, created_by_id, paid_on)
    SELECT id, total_amount - amount_due, 'OPENING', employee_id(), created_at::date
    FROM new_rows WHERE amount_due < total_amount;
    RETURN NULL;
END;
$$;
CREATE TRIGGER tg_contracts_open_ledger AFTER INSERT ON contracts
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION contracts_open_ledger();

-- nestloop off: the plan of a session's first small statement would otherwise be kept for a load
-- of thousands of rows, and cost minutes.
CREATE FUNCTION payments_move_balance() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off
AS $$
BEGIN
    UPDATE contracts c SET amount_due = c.amount_due - paid.amount
    FROM (
        SELECT contract_id, sum(amount) AS amount FROM new_rows
        -- An opening payment says what the contract's first balance already counts.
        WHERE kind <> 'OPENING' GROUP BY contract_id
    ) paid
    WHERE c.id = paid.contract_id;
    RETURN NULL;
END;
$$;
CREATE TRIGGER tg_payments_move_balance AFTER INSERT ON payments
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION payments_move_balance();

CREATE FUNCTION payments_are_final() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a payment is never edited or deleted; reverse it by an opposite entry'
        USING ERRCODE = 'check_violation', TABLE = 'payments',
        CONSTRAINT = 'tg_payments_are_final';
END;
$$;
CREATE TRIGGER tg_payments_are_final BEFORE UPDATE OR DELETE ON payments
    FOR EACH STATEMENT EXECUTE FUNCTION payments_are_final();


-- People (9, 10) --------------------------------------------------------------------------------

CREATE FUNCTION keep_a_manager() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- Updating one row, rather than locking it, is what makes two managers who leave at the same
    -- moment wait for each other at every isolation level.
    UPDATE security_policy SET managers_revision = managers_revision + 1;
    IF NOT EXISTS (SELECT FROM users WHERE role = 'MANAGEMENT' AND is_active) THEN
        RAISE EXCEPTION 'at least one active MANAGEMENT account stays'
            USING ERRCODE = 'check_violation', TABLE = 'users',
            CONSTRAINT = 'tg_users_keep_a_manager';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER tg_users_keep_a_manager_update AFTER UPDATE ON users
    FOR EACH ROW
    WHEN (OLD.role = 'MANAGEMENT' AND OLD.is_active AND NOT (NEW.role = 'MANAGEMENT' AND NEW.is_active))
    EXECUTE FUNCTION keep_a_manager();
CREATE TRIGGER tg_users_keep_a_manager_delete AFTER DELETE ON users
    FOR EACH ROW WHEN (OLD.role = 'MANAGEMENT' AND OLD.is_active)
    EXECUTE FUNCTION keep_a_manager();

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

CREATE FUNCTION contact_is_active() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off
AS $$
DECLARE
    people integer[];
BEGIN
    IF TG_TABLE_NAME = 'events' AND TG_OP = 'INSERT' THEN
        people := (SELECT array_agg(DISTINCT support_contact_id) FROM new_rows);
    ELSIF TG_TABLE_NAME = 'events' THEN
        people := (SELECT array_agg(DISTINCT n.support_contact_id)
            FROM new_rows n JOIN old_rows o USING (id)
            WHERE n.support_contact_id IS DISTINCT FROM o.support_contact_id);
    ELSIF TG_OP = 'INSERT' THEN
        people := (SELECT array_agg(DISTINCT sales_contact_id) FROM new_rows);
    ELSE
        people := (SELECT array_agg(DISTINCT n.sales_contact_id)
            FROM new_rows n JOIN old_rows o USING (id)
            WHERE n.sales_contact_id IS DISTINCT FROM o.sales_contact_id);
    END IF;
    PERFORM refuse_inactive(people, TG_TABLE_NAME);
    RETURN NULL;
END;
$$;
CREATE TRIGGER tg_clients_active_contact_insert AFTER INSERT ON clients
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION contact_is_active();
CREATE TRIGGER tg_clients_active_contact_update AFTER UPDATE ON clients
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION contact_is_active();
CREATE TRIGGER tg_contracts_active_contact_insert AFTER INSERT ON contracts
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION contact_is_active();
CREATE TRIGGER tg_contracts_active_contact_update AFTER UPDATE ON contracts
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION contact_is_active();
CREATE TRIGGER tg_events_active_contact_insert AFTER INSERT ON events
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION contact_is_active();
CREATE TRIGGER tg_events_active_contact_update AFTER UPDATE ON events
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION contact_is_active();


-- Versions and moments --------------------------------------------------------------------------
-- "Two people edit one record" is told by the version, which therefore moves with every update.

CREATE FUNCTION users_touch() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := timezone('utc', now());
    RETURN NEW;
END;
$$;
CREATE TRIGGER tg_users_touch BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION users_touch();

CREATE FUNCTION clients_touch() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.last_updated := timezone('utc', now());
    RETURN NEW;
END;
$$;
CREATE TRIGGER tg_clients_touch BEFORE UPDATE ON clients
    FOR EACH ROW EXECUTE FUNCTION clients_touch();

CREATE FUNCTION events_touch() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END;
$$;
CREATE TRIGGER tg_events_touch BEFORE UPDATE ON events
    FOR EACH ROW EXECUTE FUNCTION events_touch();
