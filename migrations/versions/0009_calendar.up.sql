-- What calendars know an event by: an identifier that is this company's alone, the moment of the
-- last change, and who is where when.

-- In every backup and nobody's to change: an event keeps its identifier in the calendars that it was
-- imported into, whoever exports it and wherever the database moves.
ALTER TABLE security_policy ADD COLUMN installation_id UUID NOT NULL DEFAULT gen_random_uuid();
COMMENT ON COLUMN security_policy.installation_id IS
    'Tells the records of this company from those of any other, as in the UIDs of calendars.';

CREATE FUNCTION installation_id() RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT policy.installation_id FROM security_policy policy WHERE employee_id() IS NOT NULL;
END;
COMMENT ON FUNCTION installation_id() IS
    'The installation_id of the security_policy, for whoever is logged in.';
GRANT EXECUTE ON FUNCTION installation_id() TO epicevents_app;

-- Known from the audit, where there is one. Triggers rest: it is no change of an event.
ALTER TABLE events ADD COLUMN updated_at TIMESTAMP;
ALTER TABLE events DISABLE TRIGGER USER;
UPDATE events SET updated_at = coalesce((
    SELECT max(t.at) FROM audit_entries a JOIN audit_transactions t ON t.id = a.transaction_id
    WHERE a.table_name = 'events' AND a.record_id = events.id
), created_at);
ALTER TABLE events ENABLE TRIGGER USER;
ALTER TABLE events
    ALTER COLUMN updated_at SET NOT NULL,
    ALTER COLUMN updated_at SET DEFAULT timezone('utc', now());

CREATE OR REPLACE FUNCTION events_touch() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := timezone('utc', now());
    RETURN NEW;
END;
$$;

-- What goes on between two moments is found without looking at all that was before, or comes after.
CREATE INDEX ix_events_during ON events USING gist (tsrange(start_date, end_date));

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
