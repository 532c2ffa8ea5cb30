CREATE POLICY users_insert ON users FOR INSERT TO epicevents_app
    WITH CHECK ((SELECT employee_role()) = 'MANAGEMENT');
