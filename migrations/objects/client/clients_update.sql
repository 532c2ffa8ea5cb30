CREATE POLICY clients_update ON clients FOR UPDATE TO epicevents_app
    USING ((SELECT employee_role()) = 'MANAGEMENT'
        OR ((SELECT employee_role()) = 'SALES' AND sales_contact_id = (SELECT employee_id())));
