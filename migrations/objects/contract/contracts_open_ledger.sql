-- Who opens a ledger is asked once a statement, not once a contract, which was a third of the time of
-- an import.
CREATE FUNCTION contracts_open_ledger() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    INSERT INTO payments (contract_id, amount, kind, created_by_id, paid_on)
    SELECT id, total_amount - amount_due, 'OPENING', (SELECT employee_id()), created_at::date
    FROM new_rows WHERE amount_due < total_amount;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION contracts_open_ledger() IS
    'Writes an opening payment for each contract that begins with less due than its total (rule 7).';
