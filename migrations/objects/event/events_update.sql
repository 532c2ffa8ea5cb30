CREATE POLICY events_update ON events FOR UPDATE TO epicevents_app
    USING ((SELECT employee_role()) = 'MANAGEMENT'
        OR ((SELECT employee_role()) = 'SUPPORT' AND support_contact_id = (SELECT employee_id())));
