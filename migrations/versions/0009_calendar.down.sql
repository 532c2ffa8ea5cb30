DROP VIEW event_list;
CREATE VIEW event_list AS
    SELECT e.id, e.name, e.contract_id, e.client_id, c.full_name AS client, e.client_contact,
        e.start_date, e.end_date,
        e.support_contact_id, s.first_name || ' ' || s.last_name AS support_contact,
        e.location, e.attendees, e.notes, e.created_at, e.version,
        e.name_folded, e.location_folded, c.full_name_folded AS client_folded,
        s.name_folded AS support_contact_folded,
        c.sales_contact_id AS client_sales_contact_id, e.search_words, e.location_words
    FROM clients c, events e
    LEFT JOIN users s ON s.id = e.support_contact_id
    WHERE c.id = e.client_id AND (SELECT employee_id()) IS NOT NULL;
GRANT SELECT ON event_list TO epicevents_app;

CREATE OR REPLACE FUNCTION events_touch() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END;
$$;

DROP INDEX ix_events_during;
ALTER TABLE events DROP COLUMN updated_at;
DROP FUNCTION installation_id();
ALTER TABLE security_policy DROP COLUMN installation_id;
