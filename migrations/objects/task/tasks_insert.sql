-- Anybody gives tasks to anybody who is active.
CREATE POLICY tasks_insert ON tasks FOR INSERT TO epicevents_app
    WITH CHECK ((SELECT employee_id()) IS NOT NULL);
