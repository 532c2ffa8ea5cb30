-- cancelled: an undo, or what an odd number of them took back. What such a pair wrote changed
-- nothing in the end, and keeps nobody from going further back.
CREATE VIEW audit_list AS
    SELECT e.id, t.id AS transaction_id, t.at, t.employee_id,
        u.first_name || ' ' || u.last_name AS employee, t.database_role::text AS database_role,
        t.command, e.reason, e.table_name, e.record_id, e.action, e.changes,
        t.undoes, (SELECT n.id FROM audit_transactions n WHERE n.undoes = t.id) AS undone_by,
        t.undoes IS NOT NULL OR (
            WITH RECURSIVE chain (id) AS (
                SELECT n.id FROM audit_transactions n WHERE n.undoes = t.id
                UNION ALL
                SELECT n.id FROM chain, audit_transactions n WHERE n.undoes = chain.id
            )
            SELECT count(*) % 2 = 1 FROM chain
        ) AS cancelled
    FROM audit_entries e, audit_transactions t
    LEFT JOIN users u ON u.id = t.employee_id
    WHERE t.id = e.transaction_id AND (SELECT employee_id()) IS NOT NULL;
COMMENT ON VIEW audit_list IS
    'Audit entries with the transaction and the employee that wrote them, for everyone who is logged in.';
GRANT SELECT ON audit_list TO epicevents_app;
