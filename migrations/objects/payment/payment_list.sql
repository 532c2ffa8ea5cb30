-- How the gate and its fence hold: migrations/README.md.
CREATE VIEW payment_list AS
    SELECT p.id, p.contract_id, p.amount, p.kind, p.paid_on, p.method, p.reference, p.reason,
        p.request_key, p.reverses_id, p.created_by_id,
        u.first_name || ' ' || u.last_name AS created_by, p.created_at,
        p.reversed_kind,
        k.client_id, c.full_name AS client,
        k.sales_contact_id, s.first_name || ' ' || s.last_name AS sales_contact,
        c.full_name_folded AS client_folded, s.name_folded AS sales_contact_folded,
        c.sales_contact_id AS client_sales_contact_id, p.search_words,
        r.id AS reversed_by_id, p.reference_folded
    FROM (SELECT OFFSET 0) fence, payments p
    LEFT JOIN users u ON u.id = p.created_by_id
    LEFT JOIN contracts k ON k.id = p.contract_id
    LEFT JOIN clients c ON c.id = k.client_id
    LEFT JOIN users s ON s.id = k.sales_contact_id
    LEFT JOIN payments r ON r.reverses_id = p.id
    WHERE (SELECT employee_id()) IS NOT NULL;
COMMENT ON VIEW payment_list IS
    'Payments with their contract''s client and sales contact and the name of who recorded them, for everyone who is logged in.';
GRANT SELECT ON payment_list TO epicevents_app;
