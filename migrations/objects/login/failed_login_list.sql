-- How the gate and its fence hold: migrations/README.md.
CREATE VIEW failed_login_list AS
    SELECT a.listed_as AS id, a.attempted_at AS at, a.email, a.database_role::text AS database_role
    FROM (SELECT OFFSET 0) fence, login_attempts a
    WHERE (SELECT employee_role()) = 'MANAGEMENT'
      AND NOT EXISTS (SELECT FROM sessions s WHERE s.attempt_id = a.id);
COMMENT ON VIEW failed_login_list IS
    'Failed logins, for MANAGEMENT.';
GRANT SELECT ON failed_login_list TO epicevents_app;
