-- Puts placeholders for the person in the record, and "(erased)" for each value of theirs that it finds
-- in events, payments, the audit and denied attempts. Never who did something, when, or to which
-- record. What it does not reach is said in docs/privacy.md.
CREATE FUNCTION erase_client(client integer)
    RETURNS TABLE (events integer, payments integer, entries integer, denied integer)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    personal CONSTANT text[] := columns_of('clients', 'identity');
    who jsonb[];
    theirs text[];  -- find the person in what is about them
    anywhere text[];  -- and elsewhere, where a part of the name may be somebody else's
    pattern text;
    contracts integer[] := ARRAY(SELECT id FROM contracts WHERE client_id = client);
    happened integer[] := events_ever_of(client);
    paid integer[] := ARRAY(SELECT id FROM payments WHERE contract_id = ANY (contracts));
    found integer;
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' THEN
        PERFORM deny('only MANAGEMENT erases a client');
    END IF;
    IF NOT has_reason() THEN
        PERFORM deny('erasing a client takes a reason');
    END IF;
    -- Whoever is taking back what the audit has of them (begin_undo), is selling to the client,
    -- changing it or noting a payment is waited for, in this order. One that is erased already is
    -- refused by its own trigger below.
    PERFORM FROM audit_entries
    WHERE (table_name = 'clients' AND record_id = client)
       OR (table_name = 'events' AND record_id = ANY (happened))
       OR (table_name = 'payments' AND record_id = ANY (paid))
    ORDER BY id FOR UPDATE;
    PERFORM FROM clients WHERE id = client FOR UPDATE;
    PERFORM FROM contracts WHERE client_id = client ORDER BY id FOR UPDATE;
    -- As the person is known now, and by every name, email and number that the audit remembers.
    SELECT array_agg(known) INTO who FROM (
        SELECT jsonb_object_agg(key, value) FROM clients c, jsonb_each(to_jsonb(c))
        WHERE c.id = client AND key = ANY (personal)
        GROUP BY c.id
        UNION ALL
        SELECT jsonb_build_object(key, change ->> side)
        FROM audit_entries, jsonb_each(changes) field (key, change), generate_series(0, 1) side
        WHERE table_name = 'clients' AND record_id = client AND key = ANY (personal)
          AND change ->> side IS NOT NULL
    ) all_of_them (known);
    theirs := personal_patterns(who, true);
    anywhere := coalesce(personal_patterns(who, false), theirs);
    -- Nobody was ever known by that number, or is any more.
    IF theirs IS NULL THEN
        RETURN;
    END IF;

    -- With what came while others were waited for.
    contracts := ARRAY(SELECT id FROM contracts WHERE client_id = client);
    paid := ARRAY(SELECT id FROM payments WHERE contract_id = ANY (contracts));
    happened := events_ever_of(client);

    events := 0; payments := 0; entries := 0; denied := 0;
    PERFORM set_config('epicevents.erasing', 'on', true);
    FOREACH pattern IN ARRAY theirs LOOP
        -- Whom they are to ask for is theirs in every event, whatever the pattern finds.
        events := greatest(events, erase_texts('events', pattern, client,
            ARRAY(SELECT id FROM events WHERE client_id = client), pattern = theirs[1]));
        payments := payments + erase_texts('payments', pattern, client, paid, false);
    END LOOP;
    PERFORM set_config('epicevents.erasing', '', true);
    EXECUTE (
        SELECT format('UPDATE clients SET %s, erased_at = timezone(%L, clock_timestamp()) WHERE id = $1',
            string_agg(format('%I = %L', column_name, format(placeholder, client)), ', '), 'utc')
        FROM text_columns() WHERE table_name = 'clients' AND personal = 'identity'
    ) USING client;

    -- With what was just written, which holds the old values once more.
    FOREACH pattern IN ARRAY theirs LOOP
        UPDATE audit_entries e SET
            changes = CASE table_name
                WHEN 'clients' THEN without_person(changes, personal, pattern)
                WHEN 'events' THEN without_person(changes, columns_of('events', 'person'), pattern)
                ELSE without_person(changes, ARRAY[]::text[], pattern) END,
            reason = without_person(reason, pattern)
        -- Of the record itself all is gone at the first; it may have had a thousand names.
        WHERE (table_name = 'clients' AND record_id = client
                AND (pattern = theirs[1] OR reason COLLATE "C" ~ pattern))
           OR (table_name = 'contracts' AND record_id = ANY (contracts))
           OR (table_name = 'events' AND record_id = ANY (happened))
           OR (table_name = 'payments' AND record_id = ANY (paid));
        GET DIAGNOSTICS found = ROW_COUNT;
        entries := greatest(entries, found);
        UPDATE audit_transactions SET command = without_person(command, pattern)
        WHERE command COLLATE "C" ~ pattern AND id IN (
            SELECT transaction_id FROM audit_entries
            WHERE (table_name = 'clients' AND record_id = client)
               OR (table_name = 'contracts' AND record_id = ANY (contracts))
               OR (table_name = 'events' AND record_id = ANY (happened))
               OR (table_name = 'payments' AND record_id = ANY (paid)));
    END LOOP;
    FOREACH pattern IN ARRAY anywhere LOOP
        UPDATE audit_entries SET reason = without_person(reason, pattern)
        WHERE reason IS NOT NULL AND reason COLLATE "C" ~ pattern;
        UPDATE audit_transactions SET command = without_person(command, pattern)
        WHERE command COLLATE "C" ~ pattern;
        UPDATE denied_attempts SET message = left(without_person(message, pattern), 500)
        WHERE message COLLATE "C" ~ pattern;
        GET DIAGNOSTICS found = ROW_COUNT;
        denied := denied + found;
    END LOOP;
    RETURN NEXT;
END;
$$;
COMMENT ON FUNCTION erase_client(integer) IS
    'Forgets a client, also one that is deleted, for good: MANAGEMENT, with a reason. Returns how many events, payments, audit entries and denied attempts it went through; no row where there was never such a client.';
GRANT EXECUTE ON FUNCTION erase_client(integer) TO epicevents_app;
