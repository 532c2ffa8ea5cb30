-- How the gate and its fence hold: migrations/README.md.
CREATE VIEW client_list AS
    SELECT c.id, c.full_name, known_email(c.email)::varchar(100) AS email, c.phone, c.company_name,
        c.address, c.siret, c.vat_number,
        c.sales_contact_id, s.first_name || ' ' || s.last_name AS sales_contact,
        c.created_at, c.last_updated, c.version,
        c.full_name_folded, c.company_name_folded, s.name_folded AS sales_contact_folded,
        c.search_words, c.company_words, c.erased_at, c.email AS email_key, c.incomplete
    FROM (SELECT OFFSET 0) fence, clients c
    LEFT JOIN users s ON s.id = c.sales_contact_id
    WHERE (SELECT employee_id()) IS NOT NULL;
COMMENT ON VIEW client_list IS
    'Clients with the name of their sales contact, for everyone who is logged in.';
GRANT SELECT ON client_list TO epicevents_app;
