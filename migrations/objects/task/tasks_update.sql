-- Whose it is may give it to somebody else, after which it is theirs no more.
CREATE POLICY tasks_update ON tasks FOR UPDATE TO epicevents_app
    USING ((SELECT employee_role()) = 'MANAGEMENT'
        OR (SELECT employee_id()) IN (assignee_id, created_by_id))
    WITH CHECK ((SELECT employee_id()) IS NOT NULL);
