DROP FUNCTION reset_password(integer, text), revoke_sessions(integer), end_session(),
    change_password(bigint, text, boolean), login_result(bigint),
    login_attempt(text, bytea, bytea), login_challenge(text), begin_session(text),
    employee_role(), employee_id(), live_session(), utc_now();
DROP TABLE session_revocations, session_uses, sessions, login_attempts, security_policy;
ALTER TABLE users
    DROP CONSTRAINT ck_users_hashed_password,
    DROP COLUMN must_change_password,
    DROP COLUMN is_active;
COMMENT ON COLUMN users.hashed_password IS NULL;
