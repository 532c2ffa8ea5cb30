-- After the foreign key has waited for whoever is closing the contract.
CREATE FUNCTION events_refuse_closed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- One that has ended stays; what is cancelled is not planned.
    IF NEW.cancelled_at IS NULL AND NEW.end_date > utc_now()
        AND EXISTS (SELECT FROM contracts WHERE id = NEW.contract_id AND closed_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'nothing is planned on a cancelled contract'
            USING ERRCODE = 'check_violation', TABLE = 'events',
            CONSTRAINT = 'tg_events_closed_contract';
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION events_refuse_closed() IS
    'Refuses a coming event on a cancelled contract, and to bring a cancelled one back there (rule 17).';
