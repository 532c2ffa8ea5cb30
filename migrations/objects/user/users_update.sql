CREATE POLICY users_update ON users FOR UPDATE TO epicevents_app
    USING ((SELECT employee_role()) = 'MANAGEMENT' OR id = (SELECT employee_id()));
