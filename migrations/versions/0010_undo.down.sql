DROP FUNCTION undo_deleted(), undo_created(), begin_undo(bigint);

DROP TRIGGER tg_payments_stay ON payments;
DROP FUNCTION payments_stay(), undone_transaction();
DROP TRIGGER tg_payments_are_final ON payments;
CREATE TRIGGER tg_payments_are_final BEFORE UPDATE OR DELETE ON payments
    FOR EACH STATEMENT EXECUTE FUNCTION payments_are_final();

DROP VIEW audit_list;
CREATE VIEW audit_list AS
    SELECT e.id, t.id AS transaction_id, t.at, t.employee_id,
        u.first_name || ' ' || u.last_name AS employee, t.database_role::text AS database_role,
        t.command, e.reason, e.table_name, e.record_id, e.action, e.changes
    FROM audit_entries e, audit_transactions t
    LEFT JOIN users u ON u.id = t.employee_id
    WHERE t.id = e.transaction_id AND (SELECT employee_id()) IS NOT NULL;
GRANT SELECT ON audit_list TO epicevents_app;

ALTER TABLE audit_transactions DROP COLUMN undoes;
