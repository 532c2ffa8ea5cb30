CREATE POLICY contracts_update ON contracts FOR UPDATE TO epicevents_app
    USING ((SELECT employee_role()) = 'MANAGEMENT' OR is_own_client(client_id));
