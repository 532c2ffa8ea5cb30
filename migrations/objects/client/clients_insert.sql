CREATE POLICY clients_insert ON clients FOR INSERT TO epicevents_app
    WITH CHECK ((SELECT employee_role()) = 'MANAGEMENT'
        OR ((SELECT employee_role()) = 'SALES' AND sales_contact_id = (SELECT employee_id())));
