CREATE FUNCTION contracts_refuse_closed(before contracts, after contracts) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- An erasure takes a person out of the texts.
    IF before.closed_reason IS NULL OR current_setting('epicevents.erasing', true) = 'on' THEN
        RETURN;
    END IF;
    IF (before.client_id, before.total_amount, before.signed_status, before.signed_at, before.due_date)
        IS DISTINCT FROM
        (after.client_id, after.total_amount, after.signed_status, after.signed_at, after.due_date)
        OR after.closed_reason IS NOT NULL
        AND (before.closed_reason, before.closed_note, before.kept_amount) IS DISTINCT FROM
        (after.closed_reason, after.closed_note, after.kept_amount)
    THEN
        RAISE EXCEPTION 'a lost or cancelled contract does not change'
            USING ERRCODE = 'check_violation', TABLE = 'contracts',
            CONSTRAINT = 'tg_contracts_closed';
    END IF;
    -- Money that went back does not come again because a cancellation is taken back.
    IF after.closed_reason IS NULL AND EXISTS (
        SELECT FROM payments WHERE contract_id = before.id AND created_at >= before.closed_at
          AND kind <> 'WRITE_OFF' HAVING sum(amount) <> 0)
    THEN
        RAISE EXCEPTION 'what was refunded since stands in the way'
            USING ERRCODE = 'check_violation', TABLE = 'contracts',
            CONSTRAINT = 'tg_contracts_refunded';
    END IF;
END;
$$;
COMMENT ON FUNCTION contracts_refuse_closed(contracts, contracts) IS
    'Refuses to change a lost or cancelled contract except by reopening it, and that once money was refunded (rule 17). Granted to nobody.';
