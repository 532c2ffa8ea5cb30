CREATE POLICY events_insert ON events FOR INSERT TO epicevents_app
    WITH CHECK ((SELECT employee_role()) = 'MANAGEMENT'
        OR (support_contact_id IS NULL AND NOT overlap_allowed AND is_own_client(client_id)));
