CREATE POLICY contracts_insert ON contracts FOR INSERT TO epicevents_app
    WITH CHECK ((SELECT employee_role()) = 'MANAGEMENT'
        OR (sales_contact_id = (SELECT employee_id()) AND is_own_client(client_id)));
