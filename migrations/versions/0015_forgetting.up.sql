-- Forgetting a person held neither against an undo at the same moment, which brought back what it had
-- read before, nor against hundreds of names, whose pattern was too large to search by.

-- Whoever takes something back holds what the audit has of it, so that an erasure waits for them, or
-- they for the erasure, and then read what it left.
CREATE OR REPLACE FUNCTION begin_undo(number bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    me CONSTANT integer := employee_id();
    mine bigint;
BEGIN
    IF me IS NULL OR (employee_role() IS DISTINCT FROM 'MANAGEMENT'
        AND me IS DISTINCT FROM (SELECT employee_id FROM audit_transactions WHERE id = number))
    THEN
        PERFORM deny('only MANAGEMENT undoes what somebody else did');
    END IF;
    mine := audit_transaction();
    UPDATE audit_transactions SET undoes = number WHERE id = mine AND undoes IS NULL;
    IF NOT FOUND THEN
        PERFORM deny('a transaction undoes one other');
    END IF;
    PERFORM FROM audit_entries
    WHERE transaction_id = number AND (table_name = 'payments'
        OR action <> 'INSERT' AND table_name IN ('clients', 'events'))
    ORDER BY id FOR SHARE;
    RETURN mine;
END;
$$;


-- Some names at a time: the cost of one pattern grows faster than what it finds.
DROP FUNCTION personal_pattern(jsonb[], boolean);
CREATE FUNCTION personal_patterns(who jsonb[], with_parts boolean) RETURNS text[]
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    WITH known (field, value) AS (
        SELECT DISTINCT key, jsonb.value
        FROM unnest(who) one, jsonb_each_text(one) jsonb
        WHERE jsonb.value NOT IN ('', '(erased)')
    ), wanted (pattern) AS (
        SELECT phone_pattern(value) FROM known
        WHERE field = 'phone' AND length(regexp_replace(value, '[^0-9]', '', 'g')) >= 6
        UNION SELECT text_pattern(value) FROM known
        WHERE field = 'email' OR field = 'full_name' AND (with_parts OR value ~ '\S\s+\S')
        UNION SELECT text_pattern(value) FROM known WHERE field = 'company_name' AND with_parts
        UNION SELECT text_pattern(part)
            FROM known, regexp_split_to_table(value, '[\s,.''’()-]+') part
            WHERE field = 'full_name' AND with_parts AND length(part) >= 3
    ), longest_first (pattern, portion) AS (
        SELECT pattern,
            sum(length(pattern)) OVER (ORDER BY length(pattern) DESC, pattern) / 10000
        FROM wanted
    )
    SELECT array_agg(found ORDER BY portion) FROM (
        SELECT portion, '(?<![0-9A-Za-z\u00c0-\u024f])(?:'
            || string_agg(pattern, '|' ORDER BY length(pattern) DESC)
            || ')(?![0-9A-Za-z\u00c0-\u024f])' AS found
        FROM (SELECT pattern, trunc(portion) AS portion FROM longest_first) each
        GROUP BY portion
    ) together;
END;
COMMENT ON FUNCTION personal_patterns(jsonb[], boolean) IS
    'Regular expressions that find a person by the values of their record, the longest first, with the parts of the name and the company where those can mean nobody else. Granted to nobody.';

CREATE FUNCTION events_ever_of(client integer) RETURNS integer[]
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT ARRAY(
        SELECT id FROM events WHERE client_id = client
        UNION SELECT record_id FROM audit_entries
        WHERE table_name = 'events' AND action <> 'INSERT' AND changes ? 'client_id'
          AND changes -> 'client_id' @> to_jsonb(client));
END;
COMMENT ON FUNCTION events_ever_of(integer) IS
    'The events of a client, also those that are deleted or were once on a contract of theirs. Granted to nobody.';

CREATE OR REPLACE FUNCTION erase_client(client integer)
    RETURNS TABLE (events integer, payments integer, entries integer, denied integer)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    personal CONSTANT text[] := ARRAY['full_name', 'email', 'phone', 'company_name'];
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
        SELECT jsonb_build_object('full_name', full_name, 'email', email, 'phone', phone,
            'company_name', company_name) FROM clients WHERE id = client
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
        UPDATE events SET
            name = left(without_person(name, pattern), 100),
            client_contact = format('Erased client %s', client),
            location = without_person(location, pattern),
            notes = without_person(notes, pattern)
        WHERE client_id = client AND (
            pattern = theirs[1] OR concat_ws(' ', name, location, notes) COLLATE "C" ~ pattern);
        GET DIAGNOSTICS found = ROW_COUNT;
        events := greatest(events, found);
        UPDATE payments SET
            reference = left(without_person(reference, pattern), 100),
            reason = left(without_person(reason, pattern), 500),
            request_key = CASE WHEN request_key COLLATE "C" ~ pattern THEN format('erased-%s', id)
                ELSE request_key END
        WHERE id = ANY (paid)
          AND concat_ws(' ', reference, reason, request_key) COLLATE "C" ~ pattern;
        GET DIAGNOSTICS found = ROW_COUNT;
        payments := payments + found;
    END LOOP;
    PERFORM set_config('epicevents.erasing', '', true);
    UPDATE clients SET
        full_name = format('Erased client %s', client),
        email = format('erased-%s@erased.invalid', client),
        phone = '+999000000',
        company_name = format('Erased client %s', client),
        erased_at = timezone('utc', clock_timestamp())
    WHERE id = client;

    -- With what was just written, which holds the old values once more.
    FOREACH pattern IN ARRAY theirs LOOP
        UPDATE audit_entries e SET
            changes = CASE table_name
                WHEN 'clients' THEN without_person(changes, personal, pattern)
                WHEN 'events' THEN without_person(changes, ARRAY['client_contact'], pattern)
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
