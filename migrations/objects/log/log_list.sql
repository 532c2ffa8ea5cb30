-- How the gate and its fence hold: migrations/README.md.
CREATE VIEW log_list AS
    SELECT l.id, l.client_id, c.full_name AS client, l.kind, l.text, l.said_on,
        l.contract_id, l.event_id, l.created_by_id,
        u.first_name || ' ' || u.last_name AS created_by, l.created_at,
        c.full_name_folded AS client_folded, u.name_folded AS created_by_folded,
        c.sales_contact_id AS client_sales_contact_id, l.search_words
    FROM (SELECT OFFSET 0) fence, log_entries l
    LEFT JOIN clients c ON c.id = l.client_id
    LEFT JOIN users u ON u.id = l.created_by_id
    WHERE (SELECT employee_id()) IS NOT NULL;
COMMENT ON VIEW log_list IS
    'Log entries with their client and author, for everyone who is logged in.';
GRANT SELECT ON log_list TO epicevents_app;
