CREATE FUNCTION undone_transaction() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT undoes FROM audit_transactions
    WHERE xid = pg_current_xact_id_if_assigned() AND at >= timezone('utc', transaction_timestamp());
END;
COMMENT ON FUNCTION undone_transaction() IS
    'The transaction that this one undoes. Granted to nobody.';
