-- How the gate and its fence hold: migrations/README.md.
CREATE VIEW payment_list AS
    SELECT p.id, p.contract_id, p.amount, p.kind, p.paid_on, p.method, p.reference, p.reason,
        p.request_key, p.reverses_id, p.created_by_id,
        u.first_name || ' ' || u.last_name AS created_by, p.created_at,
        p.reversed_kind
    FROM (SELECT OFFSET 0) fence, payments p
    LEFT JOIN users u ON u.id = p.created_by_id
    WHERE (SELECT employee_id()) IS NOT NULL;
COMMENT ON VIEW payment_list IS
    'Payments with the name of who recorded them, for everyone who is logged in.';
GRANT SELECT ON payment_list TO epicevents_app;
