-- A ledger goes with its contract, when the transaction that wrote both is undone, and never else.
CREATE FUNCTION payments_stay() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    undone CONSTANT bigint := undone_transaction();
BEGIN
    IF EXISTS (
        SELECT FROM old_rows p WHERE NOT EXISTS (
            SELECT FROM audit_entries e
            WHERE e.transaction_id = undone AND e.action = 'INSERT'
              AND e.table_name = 'contracts' AND e.record_id = p.contract_id
        )
    ) THEN
        RAISE EXCEPTION 'a payment is never deleted; reverse it by an opposite entry'
            USING ERRCODE = 'check_violation', TABLE = 'payments',
            CONSTRAINT = 'tg_payments_stay';
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION payments_stay() IS
    'Refuses to delete a payment, unless the transaction that created its contract is undone.';
