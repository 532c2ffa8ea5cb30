CREATE VIEW user_list WITH (security_barrier) AS
    SELECT u.id, u.first_name, u.last_name, u.email, u.phone, u.role, u.is_active,
        u.created_at, u.updated_at, u.version,
        u.first_name || ' ' || u.last_name AS full_name, u.name_folded, u.search_words
    FROM users u
    WHERE (SELECT employee_id()) IS NOT NULL;
COMMENT ON VIEW user_list IS
    'Colleagues without their passwords, for everyone who is logged in.';
GRANT SELECT ON user_list TO epicevents_app;
