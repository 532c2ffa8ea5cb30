DROP FUNCTION reset_password(integer, text), restore_access(integer, bigint),
    suspend_access(integer), revoke_session(bigint), revoke_sessions(integer),
    end_other_sessions(), end_session(),
    change_password(bigint, text, boolean), login_result(bigint),
    login_attempt(text, bytea, bytea), login_challenge(text), begin_session(text),
    session_id(), employee_role(), employee_id(), live_session();
DROP VIEW open_sessions;
DROP FUNCTION is_suspended(integer), utc_now();
DROP TABLE suspensions, session_revocations, session_uses, sessions, login_attempts, security_policy;
ALTER TABLE users
    DROP CONSTRAINT ck_users_hashed_password,
    DROP COLUMN must_change_password,
    DROP COLUMN is_active;
COMMENT ON COLUMN users.hashed_password IS NULL;
