-- The owner's, because whoever is no longer logged in would not see the payments that forbid it.
CREATE FUNCTION contracts_write() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.version := OLD.version + 1;
        -- One level down is the ledger itself, which alone moves the balance.
        IF pg_trigger_depth() = 1 THEN
            IF (NEW.amount_due, NEW.received) IS DISTINCT FROM (OLD.amount_due, OLD.received) THEN
                RAISE EXCEPTION 'payments move amount_due and received; write a payment instead'
                    USING ERRCODE = 'check_violation', TABLE = 'contracts',
                    CONSTRAINT = 'tg_contracts_amount_due_is_derived';
            END IF;
            NEW.amount_due := OLD.amount_due + NEW.total_amount - OLD.total_amount;
            PERFORM contracts_refuse_closed(OLD, NEW);
            IF OLD.closed_reason IS NULL AND NEW.closed_reason IS NOT NULL THEN
                NEW.closed_at := timezone('utc', now());
                NEW.amount_due := 0;
            ELSIF OLD.closed_reason IS NOT NULL AND NEW.closed_reason IS NULL THEN
                NEW.closed_at := NULL;
                NEW.closed_note := NULL;
                NEW.kept_amount := NULL;
                NEW.amount_due := NEW.total_amount - (SELECT coalesce(sum(amount), 0)
                    FROM payments WHERE contract_id = OLD.id AND kind <> 'WRITE_OFF');
            END IF;
        END IF;
        IF OLD.signed_status AND NEW.client_id <> OLD.client_id THEN
            RAISE EXCEPTION 'the client of a signed contract is frozen'
                USING ERRCODE = 'check_violation', TABLE = 'contracts',
                CONSTRAINT = 'tg_contracts_signed_client_is_frozen';
        END IF;
        IF OLD.signed_status AND NEW.signed_status AND NEW.total_amount <> OLD.total_amount
            AND NOT has_reason()
        THEN
            RAISE EXCEPTION 'the total of a signed contract is frozen; amending it takes a reason'
                USING ERRCODE = 'check_violation', TABLE = 'contracts',
                CONSTRAINT = 'tg_contracts_signed_total_is_frozen';
        END IF;
        IF OLD.signed_status AND NOT NEW.signed_status
            AND EXISTS (SELECT FROM payments WHERE contract_id = OLD.id)
        THEN
            RAISE EXCEPTION 'a contract with payments cannot be unsigned'
                USING ERRCODE = 'check_violation', TABLE = 'contracts',
                CONSTRAINT = 'tg_contracts_unsign_with_payments';
        END IF;
    ELSE
        -- The opening payment, which is written beside it.
        NEW.received := NEW.total_amount - NEW.amount_due;
    END IF;
    IF NOT NEW.signed_status THEN
        -- A due date that nobody chose goes with the signature that it followed from.
        IF OLD.signed_status AND NEW.due_date = due_after(OLD.signed_at) THEN
            NEW.due_date := NULL;
        END IF;
        NEW.signed_at := NULL;
        NEW.signed_by_id := NULL;
    ELSIF OLD.signed_status IS NOT TRUE THEN
        NEW.signed_at := coalesce(NEW.signed_at, timezone('utc', now()));
        NEW.signed_by_id := coalesce(NEW.signed_by_id, employee_id());
        NEW.due_date := coalesce(NEW.due_date, due_after(NEW.signed_at));
        IF NEW.signed_at > timezone('utc', clock_timestamp()) THEN
            RAISE EXCEPTION 'nothing is signed in the future'
                USING ERRCODE = 'check_violation', TABLE = 'contracts',
                CONSTRAINT = 'tg_contracts_signed_in_future';
        END IF;
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION contracts_write() IS
    'Keeps the balance derived, a signed contract''s client and total frozen, and the signature''s moment, author and due date filled in (rules 7, 11).';
