-- What the law asks for on a person: forgetting a client, whose amounts, dates and history remain.
--
-- erase_client() puts placeholders for the person in the record and "(erased)" for each value of
-- theirs that it finds in events, payments, the audit and denied attempts. Never who did something,
-- when, or to which record. What it does not reach is said in docs/privacy.md.

ALTER TABLE clients ADD COLUMN erased_at TIMESTAMP
    CONSTRAINT ck_clients_erased_at CHECK (erased_at >= '1900-01-01' AND erased_at < '3000-01-01');
COMMENT ON COLUMN clients.erased_at IS
    'Since when the person is forgotten: the record holds placeholders, and the audit "(erased)" in their stead. It cannot be undone.';

CREATE OR REPLACE VIEW client_list AS
    SELECT c.id, c.full_name, c.email, c.phone, c.company_name,
        c.sales_contact_id, s.first_name || ' ' || s.last_name AS sales_contact,
        c.created_at, c.last_updated, c.version,
        c.full_name_folded, c.company_name_folded, s.name_folded AS sales_contact_folded,
        c.search_words, c.company_words, c.erased_at
    FROM clients c, users s
    WHERE s.id = c.sales_contact_id AND (SELECT employee_id()) IS NOT NULL;


-- Erased is for good ----------------------------------------------------------------------------

CREATE FUNCTION clients_stay_erased() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (NEW.full_name, NEW.email, NEW.phone, NEW.company_name, NEW.erased_at)
        IS DISTINCT FROM (OLD.full_name, OLD.email, OLD.phone, OLD.company_name, OLD.erased_at)
    THEN
        RAISE EXCEPTION 'client % is erased, for good', OLD.id
            USING ERRCODE = 'check_violation', TABLE = 'clients',
            CONSTRAINT = 'tg_clients_stay_erased';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER tg_clients_stay_erased BEFORE UPDATE ON clients
    FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL) EXECUTE FUNCTION clients_stay_erased();

-- After the foreign key's own triggers, which wait for an erasure that is under way.
CREATE FUNCTION contracts_of_nobody_erased() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_rows n JOIN clients c ON c.id = n.client_id WHERE c.erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'the client is erased; nothing more is sold to it'
            USING ERRCODE = 'check_violation', TABLE = 'contracts',
            CONSTRAINT = 'tg_contracts_erased_client';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER tg_contracts_erased_client AFTER INSERT ON contracts
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION contracts_of_nobody_erased();

CREATE FUNCTION contract_of_nobody_erased() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (SELECT erased_at IS NOT NULL FROM clients WHERE id = NEW.client_id) THEN
        RAISE EXCEPTION 'the client is erased; nothing more is sold to it'
            USING ERRCODE = 'check_violation', TABLE = 'contracts',
            CONSTRAINT = 'tg_contracts_erased_client';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER tg_contracts_erased_client_update AFTER UPDATE OF client_id ON contracts
    FOR EACH ROW WHEN (NEW.client_id <> OLD.client_id)
    EXECUTE FUNCTION contract_of_nobody_erased();

-- Nobody but the owner may update a payment at all; an erasure says so, and touches only its texts.
CREATE OR REPLACE FUNCTION payments_are_final() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('epicevents.erasing', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'a payment is never edited or deleted; reverse it by an opposite entry'
        USING ERRCODE = 'check_violation', TABLE = 'payments',
        CONSTRAINT = 'tg_payments_are_final';
END;
$$;


-- Finding a person in texts ---------------------------------------------------------------------
-- As patterns that no locale changes: letters by their code points, whatever case or accent.

CREATE FUNCTION text_pattern(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    folded CONSTANT text := btrim(fold(value));
    pattern text := '';
    letter text;
BEGIN
    FOREACH letter IN ARRAY string_to_array(folded, NULL) LOOP
        pattern := pattern || CASE
            WHEN letter = 'a' THEN '[aAàáâãäåāăąÀÁÂÃÄÅĀĂĄ]'
            WHEN letter = 'c' THEN '[cCçćčÇĆČ]'
            WHEN letter = 'd' THEN '[dDđďĐĎ]'
            WHEN letter = 'e' THEN '[eEèéêëēęěÈÉÊËĒĘĚ]'
            WHEN letter = 'g' THEN '[gGğĞ]'
            WHEN letter = 'i' THEN '[iIìíîïīİıÌÍÎÏĪ]'
            WHEN letter = 'l' THEN '[lLłŁ]'
            WHEN letter = 'n' THEN '[nNñńňÑŃŇ]'
            WHEN letter = 'o' THEN '[oOòóôõöøōőÒÓÔÕÖØŌŐ]'
            WHEN letter = 'r' THEN '[rRřŘ]'
            WHEN letter = 's' THEN '[sSśšşșŚŠŞȘ]'
            WHEN letter = 't' THEN '[tTťțţŤȚŢ]'
            WHEN letter = 'u' THEN '[uUùúûüūůűÙÚÛÜŪŮŰ]'
            WHEN letter = 'y' THEN '[yYýÿÝŸ]'
            WHEN letter = 'z' THEN '[zZźżžŹŻŽ]'
            WHEN letter ~ '[a-z]' THEN format('[%s%s]', letter, upper(letter))
            WHEN letter ~ '[0-9]' THEN letter
            WHEN letter ~ '\s' THEN '\s+'
            WHEN letter = '''' THEN '[''’]'
            WHEN octet_length(letter) = 1 THEN '\' || letter
            ELSE letter
        END;
    END LOOP;
    -- Letters that folding writes as two are found as they stand.
    RETURN format('(?:%s|%s)',
        replace(replace(pattern, '[oOòóôõöøōőÒÓÔÕÖØŌŐ][eEèéêëēęěÈÉÊËĒĘĚ]',
            '(?:[oOòóôõöøōőÒÓÔÕÖØŌŐ][eEèéêëēęěÈÉÊËĒĘĚ]|[œŒ])'),
            '[aAàáâãäåāăąÀÁÂÃÄÅĀĂĄ][eEèéêëēęěÈÉÊËĒĘĚ]',
            '(?:[aAàáâãäåāăąÀÁÂÃÄÅĀĂĄ][eEèéêëēęěÈÉÊËĒĘĚ]|[æÆ])'),
        regexp_replace(btrim(value), '([^[:alnum:][:space:]])', '\\\1', 'g'));
END;
$$;
COMMENT ON FUNCTION text_pattern(text) IS
    'A regular expression that finds a text whatever its case and accents. Granted to nobody.';

CREATE FUNCTION phone_pattern(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, public, pg_temp
    -- The last eight digits however they are grouped, and what stands before them of the number.
    RETURN '(?:[+0][-0-9 .()/]{0,8})?' || regexp_replace(
        right(regexp_replace(value, '[^0-9]', '', 'g'), 8), '([0-9])(?=[0-9])', '\1[- .()/]*', 'g');

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

CREATE FUNCTION without_person(value text, pattern text) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
    RETURN regexp_replace(value COLLATE "C", pattern, '(erased)', 'g');

CREATE FUNCTION without_person(changes jsonb, always text[], pattern text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT coalesce(jsonb_object_agg(key, CASE WHEN jsonb_typeof(change) <> 'array' THEN change ELSE (
        SELECT jsonb_agg(CASE
            WHEN jsonb_typeof(one) <> 'string' THEN one
            WHEN key = ANY (always) OR (one #>> '{}') COLLATE "C" ~ pattern THEN '"(erased)"'
            ELSE one END ORDER BY number)
        FROM jsonb_array_elements(change) WITH ORDINALITY pair (one, number)
    ) END), '{}')
    FROM jsonb_each(changes) field (key, change);
END;
COMMENT ON FUNCTION without_person(jsonb, text[], text) IS
    'What an audit entry changed, with "(erased)" for each value of the fields that are always personal, and for each other text in which the person is found. Granted to nobody.';


-- What an erasure looks for among all of the audit: events that were deleted or changed their client,
-- and reasons, which few entries have.
CREATE INDEX ix_audit_entries_event_client ON audit_entries (record_id)
    WHERE table_name = 'events' AND action <> 'INSERT' AND changes ? 'client_id';
CREATE INDEX ix_audit_entries_reason ON audit_entries (id) WHERE reason IS NOT NULL;

CREATE FUNCTION erase_client(client integer)
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
COMMENT ON FUNCTION erase_client(integer) IS
    'Forgets a client, also one that is deleted, for good: MANAGEMENT, with a reason. Returns how many events, payments, audit entries and denied attempts it went through; no row where there was never such a client.';
GRANT EXECUTE ON FUNCTION erase_client(integer) TO epicevents_app;
