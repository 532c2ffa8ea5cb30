DROP TRIGGER tg_payments_guard ON payments;
DROP TRIGGER tg_events_guard ON events;
DROP TRIGGER tg_contracts_guard ON contracts;
DROP TRIGGER tg_users_guard ON users;
DROP FUNCTION payments_guard(), events_guard(), contracts_guard(), users_guard(),
    delete_record(text, integer), deny(text);
DO $$
DECLARE
    policy record;
BEGIN
    FOR policy IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON %I', policy.policyname, policy.tablename);
    END LOOP;
END;
$$;
DROP FUNCTION is_own_client(integer);
ALTER TABLE denied_attempts DISABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entries DISABLE ROW LEVEL SECURITY;
ALTER TABLE audit_transactions DISABLE ROW LEVEL SECURITY;
ALTER TABLE suspensions DISABLE ROW LEVEL SECURITY;
ALTER TABLE session_revocations DISABLE ROW LEVEL SECURITY;
ALTER TABLE session_uses DISABLE ROW LEVEL SECURITY;
ALTER TABLE sessions DISABLE ROW LEVEL SECURITY;
ALTER TABLE login_attempts DISABLE ROW LEVEL SECURITY;
ALTER TABLE security_policy DISABLE ROW LEVEL SECURITY;
ALTER TABLE payments DISABLE ROW LEVEL SECURITY;
ALTER TABLE events DISABLE ROW LEVEL SECURITY;
ALTER TABLE contracts DISABLE ROW LEVEL SECURITY;
ALTER TABLE clients DISABLE ROW LEVEL SECURITY;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM epicevents_app;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM epicevents_app;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM epicevents_app;
REVOKE USAGE ON SCHEMA public FROM epicevents_app;
