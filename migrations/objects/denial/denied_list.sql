-- How the gate and its fence hold: migrations/README.md.
CREATE VIEW denied_list AS
    SELECT d.id, d.at, d.employee_id, u.first_name || ' ' || u.last_name AS employee,
        d.database_role::text AS database_role, d.permission, d.kind, d.record_id, d.message
    FROM (SELECT OFFSET 0) fence, denied_attempts d
    LEFT JOIN users u ON u.id = d.employee_id
    WHERE (SELECT employee_role()) = 'MANAGEMENT';
COMMENT ON VIEW denied_list IS
    'What the program denied, for MANAGEMENT.';
GRANT SELECT ON denied_list TO epicevents_app;
