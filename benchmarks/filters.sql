-- A contract, an audit entry and often an event and a payment for each client of a demo that has
-- only those; as a superuser, past triggers and foreign keys.
SET session_replication_role = replica;
INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due, signed_status,
    signed_at, due_date, created_at)
SELECT id, sales_contact_id, total, CASE id % 5 WHEN 0 THEN 0 WHEN 1 THEN total / 2 ELSE total END,
    id % 3 > 0, CASE WHEN id % 3 > 0 THEN created_at + interval '1 day' END,
    CASE WHEN id % 3 > 0 THEN created_at::date + 31 END,
    created_at + interval '1 hour'
FROM clients, LATERAL (SELECT 100 + (id * 7919::bigint) % 999983 AS total) amounts;
INSERT INTO events (name, contract_id, client_id, client_contact, start_date, end_date,
    support_contact_id, location, attendees, notes, created_at)
SELECT 'Event of ' || c.full_name, k.id, k.client_id, c.full_name, starts, starts + interval '50 minutes',
    CASE WHEN k.id % 20 > 0 THEN support[1 + k.id % cardinality(support)] END,
    k.id % 90 || ' rue de ' || (ARRAY['Paris', 'Lyon', 'Nantes', 'Lille', 'Brest'])[1 + k.id % 5],
    1 + k.id % 500, 'Notes', k.created_at
FROM contracts k JOIN clients c ON c.id = k.client_id,
    (SELECT array_agg(id) AS support FROM users WHERE role = 'SUPPORT') people,
    LATERAL (SELECT utc_now()::timestamp(0) + (k.id - 800000) / 4 * interval '1 hour' AS starts) hours
WHERE k.signed_status AND k.id % 4 = 1;
INSERT INTO payments (contract_id, amount, paid_on, method, created_by_id, created_at)
SELECT id, total_amount - amount_due, signed_at::date, 'transfer', sales_contact_id, signed_at
FROM contracts WHERE amount_due < total_amount AND signed_status;
INSERT INTO audit_transactions (xid, at, employee_id, database_role, command)
SELECT id::text::xid8, created_at, sales_contact_id, 'epicevents_cli', 'client create' FROM clients;
INSERT INTO audit_entries (transaction_id, table_name, record_id, action, changes)
SELECT t.id, 'clients', xid::text::integer, 'INSERT', '{"phone": [null, "+33612345678"]}'
FROM audit_transactions t WHERE command = 'client create';
INSERT INTO denied_attempts (at, employee_id, database_role, permission, kind, record_id, message)
SELECT created_at, sales_contact_id, 'epicevents_cli', 'client:delete', 'client', id, 'No.'
FROM clients WHERE id % 10 = 0;
INSERT INTO login_attempts (email, attempted_at, tag, session_hash, transaction_xid)
SELECT email, created_at, '', '', '1' FROM clients WHERE id % 10 = 0;
SET session_replication_role = DEFAULT;
ANALYZE;
