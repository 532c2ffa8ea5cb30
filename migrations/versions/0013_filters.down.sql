ALTER POLICY payments_select ON payments USING ((SELECT employee_id()) IS NOT NULL);
ALTER POLICY events_select ON events USING ((SELECT employee_id()) IS NOT NULL);
ALTER POLICY contracts_select ON contracts USING ((SELECT employee_id()) IS NOT NULL);
ALTER POLICY clients_select ON clients USING ((SELECT employee_id()) IS NOT NULL);
ALTER POLICY users_select ON users USING ((SELECT employee_id()) IS NOT NULL);

CREATE OR REPLACE VIEW payment_list WITH (security_barrier) AS
    SELECT p.id, p.contract_id, p.amount, p.kind, p.paid_on, p.method, p.reference, p.reason,
        p.request_key, p.reverses_id, p.created_by_id,
        u.first_name || ' ' || u.last_name AS created_by, p.created_at
    FROM payments p
    LEFT JOIN users u ON u.id = p.created_by_id
    WHERE (SELECT employee_id()) IS NOT NULL;

CREATE OR REPLACE VIEW denied_list WITH (security_barrier) AS
    SELECT d.id, d.at, d.employee_id, u.first_name || ' ' || u.last_name AS employee,
        d.database_role::text AS database_role, d.permission, d.kind, d.record_id, d.message
    FROM denied_attempts d
    LEFT JOIN users u ON u.id = d.employee_id
    WHERE (SELECT employee_role()) = 'MANAGEMENT';

CREATE OR REPLACE VIEW failed_login_list WITH (security_barrier) AS
    SELECT a.listed_as AS id, a.attempted_at AS at, a.email, a.database_role::text AS database_role
    FROM login_attempts a
    WHERE (SELECT employee_role()) = 'MANAGEMENT'
      AND NOT EXISTS (SELECT FROM sessions s WHERE s.attempt_id = a.id);

CREATE OR REPLACE VIEW client_list AS
    SELECT c.id, c.full_name, c.email, c.phone, c.company_name,
        c.sales_contact_id, s.first_name || ' ' || s.last_name AS sales_contact,
        c.created_at, c.last_updated, c.version,
        c.full_name_folded, c.company_name_folded, s.name_folded AS sales_contact_folded,
        c.search_words, c.company_words, c.erased_at
    FROM clients c, users s
    WHERE s.id = c.sales_contact_id AND (SELECT employee_id()) IS NOT NULL;

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

CREATE OR REPLACE VIEW event_list AS
    SELECT e.id, e.name, e.contract_id, e.client_id, c.full_name AS client, e.client_contact,
        e.start_date, e.end_date,
        e.support_contact_id, s.first_name || ' ' || s.last_name AS support_contact,
        e.location, e.attendees, e.notes, e.created_at, e.version,
        e.name_folded, e.location_folded, c.full_name_folded AS client_folded,
        s.name_folded AS support_contact_folded,
        c.sales_contact_id AS client_sales_contact_id, e.search_words, e.location_words,
        e.updated_at
    FROM clients c, events e
    LEFT JOIN users s ON s.id = e.support_contact_id
    WHERE c.id = e.client_id AND (SELECT employee_id()) IS NOT NULL;
