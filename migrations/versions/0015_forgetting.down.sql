DROP FUNCTION events_ever_of(integer), personal_patterns(jsonb[], boolean);

CREATE FUNCTION personal_pattern(who jsonb[], with_parts boolean) RETURNS text
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
    )
    SELECT '(?<![0-9A-Za-z\u00c0-\u024f])(?:' || string_agg(pattern, '|' ORDER BY length(pattern) DESC)
        || ')(?![0-9A-Za-z\u00c0-\u024f])'
    FROM wanted;
END;
COMMENT ON FUNCTION personal_pattern(jsonb[], boolean) IS
    'A regular expression that finds a person by the values of their record, with the parts of the name and the company where those can mean nobody else. Granted to nobody.';

CREATE OR REPLACE FUNCTION erase_client(client integer)
    RETURNS TABLE (events integer, payments integer, entries integer, denied integer)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    personal CONSTANT text[] := ARRAY['full_name', 'email', 'phone', 'company_name'];
    who jsonb[];
    theirs text;  -- finds the person in what is about them
    anywhere text;  -- and elsewhere, where a part of the name may be somebody else's
    contracts integer[];
    happened integer[];
    paid integer[];
BEGIN
    IF employee_role() IS DISTINCT FROM 'MANAGEMENT' THEN
        PERFORM deny('only MANAGEMENT erases a client');
    END IF;
    IF NOT has_reason() THEN
        PERFORM deny('erasing a client takes a reason');
    END IF;
    -- Whoever is selling to the client, or changing it, is waited for. One that is erased already is
    -- refused by its own trigger below.
    PERFORM FROM clients WHERE id = client FOR UPDATE;
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
    theirs := personal_pattern(who, true);
    anywhere := coalesce(personal_pattern(who, false), theirs);
    -- Nobody was ever known by that number, or is any more.
    IF theirs IS NULL THEN
        RETURN;
    END IF;

    contracts := ARRAY(SELECT id FROM contracts WHERE client_id = client);
    paid := ARRAY(SELECT id FROM payments WHERE contract_id = ANY (contracts));
    -- Also those that are deleted, or were once on a contract of theirs.
    happened := ARRAY(
        SELECT id FROM events WHERE client_id = client
        UNION SELECT record_id FROM audit_entries
        WHERE table_name = 'events' AND action <> 'INSERT' AND changes ? 'client_id'
          AND changes -> 'client_id' @> to_jsonb(client));

    UPDATE events SET
        name = left(without_person(name, theirs), 100),
        client_contact = format('Erased client %s', client),
        location = without_person(location, theirs),
        notes = without_person(notes, theirs)
    WHERE client_id = client;
    GET DIAGNOSTICS events = ROW_COUNT;
    PERFORM set_config('epicevents.erasing', 'on', true);
    UPDATE payments SET
        reference = left(without_person(reference, theirs), 100),
        reason = left(without_person(reason, theirs), 500),
        request_key = CASE WHEN request_key COLLATE "C" ~ theirs THEN format('erased-%s', id)
            ELSE request_key END
    WHERE id = ANY (paid)
      AND concat_ws(' ', reference, reason, request_key) COLLATE "C" ~ theirs;
    GET DIAGNOSTICS payments = ROW_COUNT;
    PERFORM set_config('epicevents.erasing', '', true);
    UPDATE clients SET
        full_name = format('Erased client %s', client),
        email = format('erased-%s@erased.invalid', client),
        phone = '+999000000',
        company_name = format('Erased client %s', client),
        erased_at = timezone('utc', clock_timestamp())
    WHERE id = client;

    -- With what was just written, which holds the old values once more.
    UPDATE audit_entries e SET
        changes = CASE table_name
            WHEN 'clients' THEN without_person(changes, personal, theirs)
            WHEN 'events' THEN without_person(changes, ARRAY['client_contact'], theirs)
            ELSE without_person(changes, ARRAY[]::text[], theirs) END,
        reason = without_person(reason, theirs)
    WHERE (table_name = 'clients' AND record_id = client)
       OR (table_name = 'contracts' AND record_id = ANY (contracts))
       OR (table_name = 'events' AND record_id = ANY (happened))
       OR (table_name = 'payments' AND record_id = ANY (paid));
    GET DIAGNOSTICS entries = ROW_COUNT;
    UPDATE audit_entries SET reason = without_person(reason, anywhere)
    WHERE reason IS NOT NULL AND reason COLLATE "C" ~ anywhere;
    UPDATE audit_transactions SET command = without_person(command, theirs)
    WHERE command COLLATE "C" ~ theirs AND id IN (
        SELECT transaction_id FROM audit_entries
        WHERE (table_name = 'clients' AND record_id = client)
           OR (table_name = 'contracts' AND record_id = ANY (contracts))
           OR (table_name = 'events' AND record_id = ANY (happened))
           OR (table_name = 'payments' AND record_id = ANY (paid)));
    UPDATE audit_transactions SET command = without_person(command, anywhere)
    WHERE command COLLATE "C" ~ anywhere;
    UPDATE denied_attempts SET message = left(without_person(message, anywhere), 500)
    WHERE message COLLATE "C" ~ anywhere;
    GET DIAGNOSTICS denied = ROW_COUNT;
    RETURN NEXT;
END;
$$;

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
    RETURN mine;
END;
$$;
