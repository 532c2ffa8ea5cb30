-- How the gate and its fence hold: migrations/README.md.
--
-- search_words are the client's. Those of the latest contracts are looked at one by one, and what many
-- have fills a page at once; to collect the contracts of all clients who have them took longer.
CREATE VIEW contract_list AS
    SELECT k.id, k.client_id, c.full_name AS client, c.company_name,
        k.sales_contact_id, s.first_name || ' ' || s.last_name AS sales_contact,
        k.total_amount, k.amount_due, k.signed_status,
        CASE WHEN k.closed_at IS NOT NULL
                THEN CASE WHEN k.signed_status THEN 'CANCELLED' ELSE 'LOST' END
            WHEN NOT k.signed_status THEN 'DRAFT'
            WHEN k.amount_due = 0 THEN 'PAID'
            WHEN k.received > 0 THEN 'PARTLY_PAID'
            ELSE 'SIGNED' END AS status,
        k.signed_at, k.created_at, k.version,
        c.full_name_folded AS client_folded, s.name_folded AS sales_contact_folded,
        c.sales_contact_id AS client_sales_contact_id,
        k.due_date,
        CASE WHEN k.signed_status AND k.amount_due > 0 AND k.due_date < (SELECT company_today())
            THEN (SELECT company_today()) - k.due_date END AS days_overdue,
        k.signed_by_id, b.first_name || ' ' || b.last_name AS signed_by,
        c.search_words, k.received, k.closed_at,
        CASE WHEN k.signed_status THEN k.closed_note ELSE k.closed_reason END AS closed_reason,
        CASE WHEN NOT k.signed_status THEN k.closed_note END AS closed_note, k.kept_amount,
        k.received - k.kept_amount AS to_refund
    FROM (SELECT OFFSET 0) fence, contracts k
    LEFT JOIN clients c ON c.id = k.client_id
    LEFT JOIN users s ON s.id = k.sales_contact_id
    LEFT JOIN users b ON b.id = k.signed_by_id
    WHERE (SELECT employee_id()) IS NOT NULL;
COMMENT ON VIEW contract_list IS
    'Contracts with their client, status and days overdue, for everyone who is logged in.';
GRANT SELECT ON contract_list TO epicevents_app;
