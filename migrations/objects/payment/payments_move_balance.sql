-- Without nested loops and compiling: migrations/README.md.
--
-- An opening payment says what the contract's first balance already counts, and a write-off what its
-- end does. On a closed contract nothing is due, so that what is refunded is written off with it; of
-- two who pay and cancel at once, one waits here for the other, and sees what that one did.
CREATE FUNCTION payments_move_balance() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off SET jit = off
AS $$
DECLARE
    refunds_only boolean;  -- NULL where no contract is closed
BEGIN
    UPDATE contracts c SET received = c.received + paid.received,
        amount_due = c.amount_due - CASE WHEN c.closed_at IS NULL THEN paid.amount ELSE 0 END
    FROM (
        SELECT contract_id, sum(amount) AS amount,
            coalesce(sum(amount) FILTER (WHERE is_receipt(kind, reversed_kind)), 0) AS received
        FROM new_rows
        WHERE kind NOT IN ('OPENING', 'WRITE_OFF') GROUP BY contract_id
    ) paid
    WHERE c.id = paid.contract_id;
    -- Asked before anything is inserted, or this trigger would call itself for ever.
    refunds_only := (
        SELECT bool_and(coalesce(n.reversed_kind, n.kind) = 'REFUND')
        FROM new_rows n JOIN contracts c ON c.id = n.contract_id
        WHERE c.closed_at IS NOT NULL AND n.kind <> 'WRITE_OFF');
    IF NOT refunds_only THEN
        RAISE EXCEPTION 'nothing is paid on a lost or cancelled contract'
            USING ERRCODE = 'check_violation', TABLE = 'payments',
            CONSTRAINT = 'tg_payments_closed_contract';
    ELSIF refunds_only THEN
        INSERT INTO payments (contract_id, amount, kind, reason, paid_on, created_by_id)
        SELECT n.contract_id, -n.amount, 'WRITE_OFF', n.reason, n.paid_on, n.created_by_id
        FROM new_rows n JOIN contracts c ON c.id = n.contract_id
        WHERE c.closed_at IS NOT NULL AND n.kind <> 'WRITE_OFF';
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION payments_move_balance() IS
    'Subtracts new payments from the amount due of their contracts (rule 7), adds what came in to what was received, and refuses payments on closed contracts (rule 17).';
