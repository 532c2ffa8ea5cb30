-- Everything is read through views that belong to the owner, with one gate: whoever is logged in
-- reads everything, whoever is not reads nothing. Unlike under a policy, every index serves.
--
-- A gate must also hold against conditions that fail on what they meet and say so in their error.
-- Small views are therefore barriers. Large ones, which a barrier would keep from their indexes, name
-- two tables in FROM with a comma: as the only item of FROM, a table or JOIN on the far side of
-- somebody's LEFT JOIN lets PostgreSQL 16 and later move the gate into that join, behind the scan. A
-- test tries every kind of query on every view.
--
-- Search needs no extension: words without accents and case, kept in a tsvector, found by prefix.

-- In plpgsql, because that folds a text in one pass and not once for each time it is looked at: a
-- load spends most of its time here.
CREATE FUNCTION fold(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    bare text := value;
BEGIN
    IF octet_length(bare) <> length(bare) THEN
        bare := regexp_replace(normalize(value, NFKD) COLLATE "C", '[\u0300-\u036f]', '', 'g');
    END IF;
    IF octet_length(bare) = length(bare) THEN
        RETURN lower(bare COLLATE "C");
    END IF;
    RETURN lower(translate(
        replace(replace(replace(replace(replace(replace(bare,
            'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'), 'ß', 'ss'), 'ẞ', 'ss'),
        '’ØøŁłĐđÞΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣςΤΥΦΧΨΩАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯІЄ',
        '''oolldþþαβγδεζηθικλμνξοπρσστυφχψωабвгдежзиклмнопрстуфхцчшщъыьэюяіє'
    ) COLLATE "C");
END;
$$;
COMMENT ON FUNCTION fold(text) IS
    'A text without accents and case, the same on every server whatever its locale; what is sorted and searched by.';

-- Words are cut at 500 characters, because a tsvector takes none over 2,046 bytes. The schema is
-- named: while a backup is restored, no search path is set.
CREATE FUNCTION words(value text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    folded text := public.fold(left(value, 700));
    found text[] := array_remove(regexp_split_to_array(folded COLLATE "C",
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f\ufeff]+'
    ), '');
BEGIN
    IF length(folded) <= 500 THEN
        RETURN found;
    END IF;
    RETURN ARRAY(SELECT left(word, 500) FROM unnest(found) word);
END;
$$;
COMMENT ON FUNCTION words(text) IS 'The folded words of the first 700 characters of a text.';

CREATE FUNCTION prefix_query(value text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT coalesce(string_agg(quote_literal(word) || ':*', ' & '), '')::tsquery
        FROM unnest(words(value)) word
    );
COMMENT ON FUNCTION prefix_query(text) IS
    'Finds what has all the words of a text, each as the beginning of a word; nothing when it has no words.';

-- Sort keys are cut at 200 characters, because an index takes no row over 2,704 bytes.
ALTER TABLE users
    ADD COLUMN name_folded TEXT COLLATE "C"
        GENERATED ALWAYS AS (left(fold(last_name || ' ' || first_name), 200)) STORED,
    ADD COLUMN search_words TSVECTOR GENERATED ALWAYS AS (
        array_to_tsvector(words(first_name || ' ' || last_name || ' ' || email))) STORED;
CREATE INDEX ix_users_name_folded ON users (name_folded, id);
CREATE INDEX ix_users_search_words ON users USING gin (search_words);

ALTER TABLE clients
    ADD COLUMN full_name_folded TEXT COLLATE "C" GENERATED ALWAYS AS (left(fold(full_name), 200)) STORED,
    ADD COLUMN company_name_folded TEXT COLLATE "C"
        GENERATED ALWAYS AS (left(fold(company_name), 200)) STORED,
    ADD COLUMN search_words TSVECTOR GENERATED ALWAYS AS (
        array_to_tsvector(words(full_name || ' ' || company_name || ' ' || email))) STORED,
    ADD COLUMN company_words TSVECTOR GENERATED ALWAYS AS (
        array_to_tsvector(words(company_name))) STORED;
CREATE INDEX ix_clients_full_name_folded ON clients (full_name_folded, id);
CREATE INDEX ix_clients_company_name_folded ON clients (company_name_folded, id);
CREATE INDEX ix_clients_created_at ON clients (created_at, id);
CREATE INDEX ix_clients_search_words ON clients USING gin (search_words);
CREATE INDEX ix_clients_company_words ON clients USING gin (company_words);

CREATE INDEX ix_contracts_created_at ON contracts (created_at, id);
CREATE INDEX ix_contracts_total_amount ON contracts (total_amount, id);
CREATE INDEX ix_contracts_amount_due ON contracts (amount_due, id);
-- A partial index serves only the filter that repeats its condition to the letter.
CREATE INDEX ix_contracts_unpaid ON contracts (id) WHERE amount_due > 0;
CREATE INDEX ix_contracts_unsigned ON contracts (id) WHERE NOT signed_status;

ALTER TABLE events
    ADD COLUMN name_folded TEXT COLLATE "C" GENERATED ALWAYS AS (left(fold(name), 200)) STORED,
    ADD COLUMN location_folded TEXT COLLATE "C"
        GENERATED ALWAYS AS (left(fold(left(location, 200)), 200)) STORED,
    ADD COLUMN search_words TSVECTOR GENERATED ALWAYS AS (array_to_tsvector(
        words(name || ' ' || left(client_contact, 200) || ' ' || left(location, 300)))) STORED,
    ADD COLUMN location_words TSVECTOR GENERATED ALWAYS AS (
        array_to_tsvector(words(left(location, 300)))) STORED;
CREATE INDEX ix_events_name_folded ON events (name_folded, id);
CREATE INDEX ix_events_start_date ON events (start_date, id);
CREATE INDEX ix_events_end_date ON events (end_date, id);
CREATE INDEX ix_events_unassigned ON events (start_date, id) WHERE support_contact_id IS NULL;
CREATE INDEX ix_events_search_words ON events USING gin (search_words);
CREATE INDEX ix_events_location_words ON events USING gin (location_words);


CREATE VIEW user_list WITH (security_barrier) AS
    SELECT u.id, u.first_name, u.last_name, u.email, u.phone, u.role, u.is_active,
        u.created_at, u.updated_at, u.version,
        u.first_name || ' ' || u.last_name AS full_name, u.name_folded, u.search_words
    FROM users u
    WHERE (SELECT employee_id()) IS NOT NULL;

CREATE VIEW client_list AS
    SELECT c.id, c.full_name, c.email, c.phone, c.company_name,
        c.sales_contact_id, s.first_name || ' ' || s.last_name AS sales_contact,
        c.created_at, c.last_updated, c.version,
        c.full_name_folded, c.company_name_folded, s.name_folded AS sales_contact_folded,
        c.search_words, c.company_words
    FROM clients c, users s
    WHERE s.id = c.sales_contact_id AND (SELECT employee_id()) IS NOT NULL;

CREATE VIEW contract_list AS
    SELECT k.id, k.client_id, c.full_name AS client, c.company_name,
        k.sales_contact_id, s.first_name || ' ' || s.last_name AS sales_contact,
        k.total_amount, k.amount_due, k.signed_status,
        CASE WHEN NOT k.signed_status THEN 'DRAFT'
            WHEN k.amount_due = 0 THEN 'PAID'
            WHEN k.amount_due < k.total_amount THEN 'PARTLY_PAID'
            ELSE 'SIGNED' END AS status,
        k.signed_at, k.created_at, k.version,
        c.full_name_folded AS client_folded, s.name_folded AS sales_contact_folded,
        c.sales_contact_id AS client_sales_contact_id
    FROM contracts k, clients c, users s
    WHERE c.id = k.client_id AND s.id = k.sales_contact_id
      AND (SELECT employee_id()) IS NOT NULL;

CREATE VIEW event_list AS
    SELECT e.id, e.name, e.contract_id, e.client_id, c.full_name AS client, e.client_contact,
        e.start_date, e.end_date,
        e.support_contact_id, s.first_name || ' ' || s.last_name AS support_contact,
        e.location, e.attendees, e.notes, e.created_at, e.version,
        e.name_folded, e.location_folded, c.full_name_folded AS client_folded,
        s.name_folded AS support_contact_folded,
        c.sales_contact_id AS client_sales_contact_id, e.search_words, e.location_words
    FROM clients c, events e
    LEFT JOIN users s ON s.id = e.support_contact_id
    WHERE c.id = e.client_id AND (SELECT employee_id()) IS NOT NULL;

CREATE VIEW payment_list WITH (security_barrier) AS
    SELECT p.id, p.contract_id, p.amount, p.kind, p.paid_on, p.method, p.reference, p.reason,
        p.request_key, p.reverses_id, p.created_by_id,
        u.first_name || ' ' || u.last_name AS created_by, p.created_at
    FROM payments p
    LEFT JOIN users u ON u.id = p.created_by_id
    WHERE (SELECT employee_id()) IS NOT NULL;
