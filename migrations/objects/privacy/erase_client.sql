-- Puts placeholders for the person in the record, and blanks each value of theirs that it finds in
-- their events, payments, log, tasks, audit and denied attempts. Never who did something, when, by which command,
-- or to which record. Elsewhere it touches only those of client_mentions() that it is given: a name may
-- be anybody's word, and was typed by somebody. What it does not reach is said in docs/privacy.md.
CREATE FUNCTION erase_client(client integer, mentions text[] DEFAULT '{}')
    RETURNS TABLE (events integer, payments integer, entries integer, denied integer,
        logged integer, planned integer)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    personal CONSTANT text[] := columns_of('clients', 'identity');
    who jsonb[];
    theirs text[];  -- find the person in what is about them
    addresses text[];  -- and in other records: an email or a phone, which is nobody else's word
    pattern text;
    contracts integer[] := ARRAY(SELECT id FROM contracts WHERE client_id = client);
    happened integer[] := events_ever_of(client);
    paid integer[] := ARRAY(SELECT id FROM payments WHERE contract_id = ANY (contracts));
    said integer[] := log_entries_ever_of(client);
    ever_planned integer[] := tasks_ever_of(client);
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
       OR (table_name = 'log_entries' AND record_id = ANY (said))
       OR (table_name = 'tasks' AND record_id = ANY (ever_planned))
    ORDER BY id FOR UPDATE;
    PERFORM FROM clients WHERE id = client FOR UPDATE;
    PERFORM FROM contracts WHERE client_id = client ORDER BY id FOR UPDATE;
    who := client_identities(client);
    theirs := personal_patterns(who);
    addresses := personal_patterns(addresses_of(who));
    -- Nobody was ever known by that number, or is any more.
    IF theirs IS NULL THEN
        RETURN;
    END IF;

    -- With what came while others were waited for.
    contracts := ARRAY(SELECT id FROM contracts WHERE client_id = client);
    paid := ARRAY(SELECT id FROM payments WHERE contract_id = ANY (contracts));
    happened := events_ever_of(client);
    said := log_entries_ever_of(client);
    ever_planned := tasks_ever_of(client);

    events := 0; payments := 0; entries := 0; denied := 0; logged := 0;
    planned := 0;
    PERFORM set_config('epicevents.erasing', 'on', true);
    FOREACH pattern IN ARRAY theirs LOOP
        -- Whom they are to ask for is theirs in every event, whatever the pattern finds.
        events := greatest(events, erase_texts('events', pattern, client,
            ARRAY(SELECT id FROM events WHERE client_id = client), pattern = theirs[1]));
        payments := payments + erase_texts('payments', pattern, client, paid, false);
        logged := logged + erase_texts('log_entries', pattern, client, said, false);
        PERFORM erase_texts('contracts', pattern, client, contracts, false);
        planned := planned + erase_texts('tasks', pattern, client,
            ARRAY(SELECT id FROM tasks WHERE client_id = client), false);
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
           OR (table_name = 'payments' AND record_id = ANY (paid))
           OR (table_name = 'log_entries' AND record_id = ANY (said))
           OR (table_name = 'tasks' AND record_id = ANY (ever_planned));
        GET DIAGNOSTICS found = ROW_COUNT;
        entries := greatest(entries, found);
        UPDATE denied_attempts SET message = left(without_person(message, pattern), 500)
        WHERE message COLLATE "C" ~ pattern
          AND (kind = 'client' AND record_id = client
            OR kind = 'contract' AND record_id = ANY (contracts)
            OR kind = 'event' AND record_id = ANY (happened)
            OR kind = 'payment' AND record_id = ANY (paid));
        GET DIAGNOSTICS found = ROW_COUNT;
        denied := denied + found;
    END LOOP;
    FOREACH pattern IN ARRAY coalesce(addresses, '{}') LOOP
        UPDATE audit_entries SET reason = without_person(reason, pattern)
        WHERE reason COLLATE "C" ~ pattern AND 'audit entry ' || id = ANY (mentions);
        UPDATE denied_attempts SET message = left(without_person(message, pattern), 500)
        WHERE message COLLATE "C" ~ pattern AND 'denied attempt ' || id = ANY (mentions);
        GET DIAGNOSTICS found = ROW_COUNT;
        denied := denied + found;
    END LOOP;
    RETURN NEXT;
END;
$$;
COMMENT ON FUNCTION erase_client(integer, text[]) IS
    'Forgets a client, also one that is deleted, for good: MANAGEMENT, with a reason. Of other records it touches only the mentions given. Returns how many events, payments, audit entries, denied attempts, log entries and tasks it went through; no row where there was never such a client.';
GRANT EXECUTE ON FUNCTION erase_client(integer, text[]) TO epicevents_app;
