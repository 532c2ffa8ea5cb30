-- A session ends without anybody touching its row: by its own end, by resting too long, by another
-- password (credential), or by a revocation whose range has its number.
CREATE VIEW open_sessions AS
    SELECT s.id, s.secret_hash, s.credential, s.attempt_id, s.created_at, s.expires_at,
        used.last_used_at, s.user_id, u.email, u.first_name, u.last_name, u.role,
        u.must_change_password, u.is_active AND NOT is_suspended(u.id) AS in_force
    FROM sessions s
    JOIN session_uses used ON used.session_id = s.id
    JOIN users u ON u.id = s.user_id
    WHERE s.credential = sha256(convert_to(u.hashed_password, 'UTF8'))
      AND s.expires_at > utc_now()
      AND used.last_used_at > utc_now() - (SELECT session_idle_limit FROM security_policy)
      AND NOT EXISTS (
          SELECT FROM session_revocations r
          WHERE r.user_id = s.user_id AND s.id BETWEEN r.first_session_id AND r.last_session_id
      );
COMMENT ON VIEW open_sessions IS
    'The sessions that live, and whether their employees are active and not suspended. Granted to nobody.';
