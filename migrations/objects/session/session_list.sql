CREATE VIEW session_list WITH (security_barrier) AS
    SELECT s.id, s.user_id, s.first_name || ' ' || s.last_name AS employee, s.created_at,
        s.last_used_at, s.expires_at, s.id = (SELECT session_id()) AS mine
    FROM open_sessions s
    WHERE (SELECT employee_role()) = 'MANAGEMENT' OR s.user_id = (SELECT employee_id());
COMMENT ON VIEW session_list IS
    'Open sessions: one''s own, and for MANAGEMENT everybody''s.';
GRANT SELECT ON session_list TO epicevents_app;
