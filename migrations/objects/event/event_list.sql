-- How the gate and its fence hold: migrations/README.md.
CREATE VIEW event_list AS
    SELECT e.id, e.name, e.contract_id, e.client_id, c.full_name AS client, e.client_contact,
        e.start_date, e.end_date,
        e.support_contact_id, s.first_name || ' ' || s.last_name AS support_contact,
        e.location, e.attendees, e.notes, e.created_at, e.version,
        e.name_folded, e.location_folded, c.full_name_folded AS client_folded,
        s.name_folded AS support_contact_folded,
        c.sales_contact_id AS client_sales_contact_id, e.search_words, e.location_words,
        e.updated_at, e.cancelled_at, e.cancelled_reason
    FROM (SELECT OFFSET 0) fence, events e
    LEFT JOIN clients c ON c.id = e.client_id
    LEFT JOIN users s ON s.id = e.support_contact_id
    WHERE (SELECT employee_id()) IS NOT NULL;
COMMENT ON VIEW event_list IS
    'Events with their client and support contact, for everyone who is logged in.';
GRANT SELECT ON event_list TO epicevents_app;
