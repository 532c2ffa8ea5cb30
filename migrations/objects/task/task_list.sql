-- How the gate and its fence hold: migrations/README.md.
CREATE VIEW task_list AS
    SELECT t.id, t.text, t.due_date,
        t.assignee_id, a.first_name || ' ' || a.last_name AS assignee,
        t.client_id, c.full_name AS client, t.contract_id, t.event_id,
        t.done_at, t.done_by_id, d.first_name || ' ' || d.last_name AS done_by,
        t.created_by_id, m.first_name || ' ' || m.last_name AS created_by,
        t.created_at, t.updated_at, t.version,
        CASE WHEN t.done_at IS NULL AND t.due_date < (SELECT company_today())
            THEN (SELECT company_today()) - t.due_date END AS days_overdue,
        c.full_name_folded AS client_folded, a.name_folded AS assignee_folded, t.search_words
    FROM (SELECT OFFSET 0) fence, tasks t
    LEFT JOIN users a ON a.id = t.assignee_id
    LEFT JOIN clients c ON c.id = t.client_id
    LEFT JOIN users d ON d.id = t.done_by_id
    LEFT JOIN users m ON m.id = t.created_by_id
    WHERE (SELECT employee_id()) IS NOT NULL;
COMMENT ON VIEW task_list IS
    'Tasks with whose they are, who gave them and who did them, for everyone who is logged in.';
GRANT SELECT ON task_list TO epicevents_app;
