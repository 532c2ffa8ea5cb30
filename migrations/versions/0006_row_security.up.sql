-- The permission table of the company (crm/domain/permissions.py) for whoever writes SQL by hand.
-- Policies say which rows, grants which columns and verbs, guards which columns for which role.
-- Whatever is not granted here is denied.

GRANT USAGE ON SCHEMA public TO epicevents_app;
GRANT SELECT ON user_list, client_list, contract_list, event_list, payment_list, audit_list,
    denied_list, failed_login_list, session_list, alembic_version TO epicevents_app;
GRANT EXECUTE ON FUNCTION
    is_plain_text(text, boolean), is_email(text), is_phone(text), has_reason(), fold(text),
    words(text), prefix_query(text), utc_now(), employee_id(), employee_role(), session_id(),
    begin_session(text), login_challenge(text), login_attempt(text, bytea, bytea),
    login_result(bigint), change_password(bigint, text, boolean), end_session(),
    end_other_sessions(), revoke_sessions(integer), revoke_session(bigint), suspend_access(integer),
    restore_access(integer, bigint), reset_password(integer, text),
    record_denial(text, text, integer, text)
TO epicevents_app;

GRANT SELECT (id, first_name, last_name, email, phone, role, is_active, must_change_password,
        created_at, updated_at, version, name_folded, search_words),
    INSERT (first_name, last_name, email, phone, role, hashed_password),
    UPDATE (first_name, last_name, email, phone, role, is_active) ON users TO epicevents_app;
GRANT SELECT,
    INSERT (full_name, email, phone, company_name, sales_contact_id),
    UPDATE (full_name, email, phone, company_name, sales_contact_id) ON clients TO epicevents_app;
GRANT SELECT,
    INSERT (client_id, sales_contact_id, total_amount, amount_due, signed_status),
    UPDATE (client_id, sales_contact_id, total_amount, signed_status) ON contracts TO epicevents_app;
GRANT SELECT,
    INSERT (name, contract_id, client_id, client_contact, start_date, end_date,
        support_contact_id, location, attendees, notes, overlap_allowed),
    UPDATE (name, contract_id, client_id, client_contact, start_date, end_date,
        support_contact_id, location, attendees, notes, overlap_allowed) ON events TO epicevents_app;
GRANT SELECT,
    INSERT (contract_id, amount, kind, paid_on, method, reference, reason, request_key,
        reverses_id) ON payments TO epicevents_app;
GRANT USAGE ON SEQUENCE users_id_seq, clients_id_seq, contracts_id_seq, events_id_seq,
    payments_id_seq TO epicevents_app;

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE clients ENABLE ROW LEVEL SECURITY;
ALTER TABLE contracts ENABLE ROW LEVEL SECURITY;
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments ENABLE ROW LEVEL SECURITY;
-- Nobody but the owner reaches these at all; the policies that do not exist say so twice.
ALTER TABLE security_policy ENABLE ROW LEVEL SECURITY;
ALTER TABLE login_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_revocations ENABLE ROW LEVEL SECURITY;
ALTER TABLE suspensions ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_transactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE denied_attempts ENABLE ROW LEVEL SECURITY;

-- Everyone who is logged in reads everything.
CREATE POLICY users_select ON users FOR SELECT TO epicevents_app
    USING ((SELECT employee_id()) IS NOT NULL);
CREATE POLICY clients_select ON clients FOR SELECT TO epicevents_app
    USING ((SELECT employee_id()) IS NOT NULL);
CREATE POLICY contracts_select ON contracts FOR SELECT TO epicevents_app
    USING ((SELECT employee_id()) IS NOT NULL);
CREATE POLICY events_select ON events FOR SELECT TO epicevents_app
    USING ((SELECT employee_id()) IS NOT NULL);
CREATE POLICY payments_select ON payments FOR SELECT TO epicevents_app
    USING ((SELECT employee_id()) IS NOT NULL);

CREATE POLICY users_insert ON users FOR INSERT TO epicevents_app
    WITH CHECK ((SELECT employee_role()) = 'MANAGEMENT');
CREATE POLICY users_update ON users FOR UPDATE TO epicevents_app
    USING ((SELECT employee_role()) = 'MANAGEMENT' OR id = (SELECT employee_id()));

CREATE POLICY clients_insert ON clients FOR INSERT TO epicevents_app
    WITH CHECK ((SELECT employee_role()) = 'MANAGEMENT'
        OR ((SELECT employee_role()) = 'SALES' AND sales_contact_id = (SELECT employee_id())));
CREATE POLICY clients_update ON clients FOR UPDATE TO epicevents_app
    USING ((SELECT employee_role()) = 'MANAGEMENT'
        OR ((SELECT employee_role()) = 'SALES' AND sales_contact_id = (SELECT employee_id())));

CREATE FUNCTION is_own_client(client integer) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM clients WHERE id = client AND sales_contact_id = employee_id()
    ) AND employee_role() = 'SALES';
END;
COMMENT ON FUNCTION is_own_client(integer) IS
    'Whether the employee of this transaction is SALES and the client''s sales contact.';
GRANT EXECUTE ON FUNCTION is_own_client(integer) TO epicevents_app;

CREATE POLICY contracts_insert ON contracts FOR INSERT TO epicevents_app
    WITH CHECK ((SELECT employee_role()) = 'MANAGEMENT'
        OR (sales_contact_id = (SELECT employee_id()) AND is_own_client(client_id)));
CREATE POLICY contracts_update ON contracts FOR UPDATE TO epicevents_app
    USING ((SELECT employee_role()) = 'MANAGEMENT' OR is_own_client(client_id));

CREATE POLICY events_insert ON events FOR INSERT TO epicevents_app
    WITH CHECK ((SELECT employee_role()) = 'MANAGEMENT'
        OR (support_contact_id IS NULL AND NOT overlap_allowed AND is_own_client(client_id)));
CREATE POLICY events_update ON events FOR UPDATE TO epicevents_app
    USING ((SELECT employee_role()) = 'MANAGEMENT'
        OR ((SELECT employee_role()) = 'SUPPORT' AND support_contact_id = (SELECT employee_id())));

CREATE POLICY payments_insert ON payments FOR INSERT TO epicevents_app
    WITH CHECK (
        ((SELECT employee_role()) = 'MANAGEMENT' AND kind IN ('PAYMENT', 'REVERSAL', 'ADJUSTMENT'))
        OR (kind = 'PAYMENT' AND is_own_client(
            (SELECT c.client_id FROM contracts c WHERE c.id = contract_id))));


-- Guards: an invoker's functions, quiet for whoever the policies do not bind. The role is NULL once
-- the session has ended, also in the middle of a statement: "is not MANAGEMENT" is written so that
-- it holds then.

CREATE FUNCTION deny(rule text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'permission denied: %', rule USING ERRCODE = 'insufficient_privilege';
END;
$$;
GRANT EXECUTE ON FUNCTION deny(text) TO epicevents_app;

-- Deleting by number, which says why it is refused where the policy would only find no row.
CREATE FUNCTION delete_record(from_table text, record integer) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' THEN
        PERFORM deny('only MANAGEMENT deletes records');
    END IF;
    CASE from_table
        WHEN 'users' THEN
            IF record = employee_id() THEN
                PERFORM deny('nobody deletes their own account');
            END IF;
            DELETE FROM users WHERE id = record;
        WHEN 'clients' THEN
            DELETE FROM clients WHERE id = record;
        WHEN 'contracts' THEN
            DELETE FROM contracts WHERE id = record AND NOT signed_status;
        WHEN 'events' THEN
            DELETE FROM events WHERE id = record;
    END CASE;
    RETURN FOUND;
END;
$$;
COMMENT ON FUNCTION delete_record(text, integer) IS
    'Deletes a user, client, event or unsigned contract, which only MANAGEMENT may; returns whether there was one.';
GRANT EXECUTE ON FUNCTION delete_record(text, integer) TO epicevents_app;

CREATE FUNCTION users_guard() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT row_security_active(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- Whoever sets a password for somebody else knows it.
        NEW.must_change_password := true;
        RETURN NEW;
    END IF;
    IF OLD.id = employee_id() AND (NEW.role, NEW.is_active) IS DISTINCT FROM (OLD.role, OLD.is_active)
    THEN
        PERFORM deny('nobody changes their own role or deactivates themselves');
    END IF;
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' AND
        (NEW.first_name, NEW.last_name, NEW.email, NEW.role, NEW.is_active)
        IS DISTINCT FROM (OLD.first_name, OLD.last_name, OLD.email, OLD.role, OLD.is_active)
    THEN
        PERFORM deny('of one''s own account only the phone and the password');
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER tg_users_guard BEFORE INSERT OR UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION users_guard();

CREATE FUNCTION contracts_guard() RETURNS trigger
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
CREATE TRIGGER tg_contracts_guard BEFORE UPDATE ON contracts
    FOR EACH ROW EXECUTE FUNCTION contracts_guard();

CREATE FUNCTION events_guard() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT row_security_active(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF NEW.overlap_allowed AND (TG_OP = 'INSERT' OR NOT OLD.overlap_allowed) AND NOT has_reason()
    THEN
        PERFORM deny('overlapping events take a reason');
    END IF;
    IF TG_OP = 'UPDATE' AND employee_role() IS DISTINCT FROM 'MANAGEMENT' AND
        (NEW.contract_id, NEW.client_id, NEW.support_contact_id, NEW.overlap_allowed)
        IS DISTINCT FROM
        (OLD.contract_id, OLD.client_id, OLD.support_contact_id, OLD.overlap_allowed)
    THEN
        PERFORM deny('only MANAGEMENT assigns an event or moves it to another contract');
    END IF;
    -- Two events at once were allowed to one person at one time.
    IF TG_OP = 'UPDATE' AND (NEW.support_contact_id, NEW.start_date, NEW.end_date)
        IS DISTINCT FROM (OLD.support_contact_id, OLD.start_date, OLD.end_date)
        AND (employee_role() IS DISTINCT FROM 'MANAGEMENT' OR NOT has_reason())
    THEN
        NEW.overlap_allowed := false;
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER tg_events_guard BEFORE INSERT OR UPDATE ON events
    FOR EACH ROW EXECUTE FUNCTION events_guard();

CREATE FUNCTION payments_guard() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF row_security_active(TG_RELID) THEN
        NEW.created_by_id := employee_id();
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER tg_payments_guard BEFORE INSERT ON payments
    FOR EACH ROW EXECUTE FUNCTION payments_guard();
