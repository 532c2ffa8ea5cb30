DROP VIEW session_list, failed_login_list, denied_list, audit_list;
DO $$
DECLARE
    business text;
BEGIN
    FOREACH business IN ARRAY ARRAY['users', 'clients', 'contracts', 'events', 'payments'] LOOP
        EXECUTE format('DROP TRIGGER tg_%1$s_audit_insert ON %1$I', business);
        EXECUTE format('DROP TRIGGER tg_%1$s_audit_update ON %1$I', business);
        EXECUTE format('DROP TRIGGER tg_%1$s_audit_delete ON %1$I', business);
    END LOOP;
END;
$$;
DROP FUNCTION record_denial(text, text, integer, text), audit_update(), audit_delete(),
    audit_insert(), audit_change(text, jsonb, jsonb), audit_values(jsonb), audit_reason(),
    audit_transaction();
DROP TABLE denied_attempts, audit_entries, audit_transactions;
