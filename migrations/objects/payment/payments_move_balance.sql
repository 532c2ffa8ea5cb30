-- Without nested loops and compiling: migrations/README.md.
CREATE FUNCTION payments_move_balance() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off SET jit = off
AS $$
BEGIN
    UPDATE contracts c SET amount_due = c.amount_due - paid.amount,
        received = c.received + paid.received
    FROM (
        SELECT contract_id, sum(amount) AS amount, coalesce(sum(amount)
            FILTER (WHERE coalesce(reversed_kind, kind) <> 'ADJUSTMENT'), 0) AS received
        FROM new_rows
        -- An opening payment says what the contract's first balance already counts.
        WHERE kind <> 'OPENING' GROUP BY contract_id
    ) paid
    WHERE c.id = paid.contract_id;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION payments_move_balance() IS
    'Subtracts new payments from the amount due of their contracts (rule 7), and adds to what was received all but adjustments.';
