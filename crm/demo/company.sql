-- The demo company, made by arithmetic rather than chance: the same on every machine but for the
-- dates, which lie around today. Parameters: the counts, lists of words, the company's zone.

CREATE TEMPORARY TABLE demo ON COMMIT DROP AS SELECT
    %(clients)s::bigint AS clients, %(contracts)s::bigint AS contracts, %(events)s::bigint AS events,
    %(first_names)s::text[] AS first_names, %(last_names)s::text[] AS last_names,
    %(companies)s::text[] AS companies, %(company_ends)s::text[] AS company_ends,
    %(entries)s::bigint AS entries, %(said)s::text[] AS said,
    %(tasks)s::bigint AS tasks, %(to_do)s::text[] AS to_do,
    %(occasions)s::text[] AS occasions, %(places)s::text[] AS places, %(notes)s::text[] AS notes,
    date_trunc('day', timezone(%(zone)s, now())) AS today,
    ARRAY(SELECT id FROM users WHERE role = 'SALES' ORDER BY id) AS sales,
    ARRAY(SELECT id FROM users WHERE role = 'SUPPORT' ORDER BY id) AS support;

INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id, created_at,
    last_updated)
SELECT first || ' ' || last,
    -- The lists are of coprime lengths: no two of the first 1,800 share both names.
    -- Four of the first sixty are private persons; of one no email is known, of one no phone.
    CASE WHEN i %% 60 = 38 THEN '' ELSE regexp_replace(fold(first || '.' || last), '[^a-z.]', '', 'g')
        || CASE WHEN i > 1800 THEN i::text ELSE '' END || '@'
        || CASE WHEN private THEN 'courriel' ELSE regexp_replace(fold(company), '[^a-z]', '', 'g') END
        || '.example' END,
    CASE WHEN i %% 60 = 23 THEN ''
        ELSE '+336' || lpad((10000000 + i * 7919 %% 89999999)::text, 8, '0') END,
    CASE WHEN private THEN '' ELSE company || ' ' || ending END,
    sales[1 + i %% cardinality(sales)], made, made + interval '1 hour' * (i %% 20)
FROM demo, generate_series(1, clients) i,
    LATERAL (SELECT first_names[1 + i %% cardinality(first_names)] AS first,
        last_names[1 + i %% cardinality(last_names)] AS last,
        companies[1 + i * 7 %% cardinality(companies)] AS company,
        company_ends[1 + i * 3 %% cardinality(company_ends)] AS ending,
        i %% 15 = 8 AS private,
        timezone('utc', now()) - interval '1 day' * (20 + i * 37 %% 380)
            - interval '1 minute' * (i * 13 %% 600) AS made) chosen;

INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due, signed_status,
    created_at, signed_at, signed_by_id, due_date)
SELECT c.id, c.sales_contact_id, total,
    CASE WHEN signed THEN total * (ARRAY[1, 0.7, 0, 0.5])[1 + i %% 4] ELSE total END,
    signed, made, CASE WHEN signed THEN made + interval '2 days' END,
    CASE WHEN signed THEN c.sales_contact_id END,
    -- Thirty days were agreed with one client in seven, and some of those are late.
    CASE WHEN signed THEN CASE WHEN i %% 7 = 1 THEN (made + interval '32 days')::date
        ELSE greatest((made + interval '32 days')::date, today::date + (i * 7 %% 50)::integer) END
    END
FROM demo, generate_series(1, contracts) i,
    -- One client in ten has no contract yet.
    LATERAL (SELECT 1 + i * 13 %% greatest(clients * 9 / 10, 1) AS number) picked
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS number FROM clients) c USING (number),
    LATERAL (SELECT (500 + i * 977 %% 195 * 100)::numeric AS total, i %% 5 <> 0 AS signed,
        greatest(c.created_at, timezone('utc', now()) - interval '1 day' * (5 + i * 29 %% 200))
            AS made) chosen;

INSERT INTO events (name, contract_id, client_id, client_contact, start_date, end_date,
    support_contact_id, location, attendees, notes, overlap_allowed, created_at)
SELECT occasions[1 + i %% cardinality(occasions)] || ' ' || coalesce(nullif(c.company_name, ''), c.full_name),
    k.id, k.client_id, c.full_name || E'\n' || coalesce(nullif(known_email(c.email), ''), c.phone), starts, starts + lasts,
    -- One coming event in three still waits for somebody to run it.
    CASE WHEN day > 3 AND i %% 3 = 0 THEN NULL ELSE support[1 + i %% cardinality(support)] END,
    places[1 + i * 5 %% cardinality(places)], 10 + i * 37 %% 400,
    nullif(notes[1 + i %% cardinality(notes)], ''),
    -- By the thousand, four people cannot but be in two places at once.
    events > 1000, least(k.created_at, starts)
FROM demo, generate_series(1, events) i,
    LATERAL (SELECT 1 + i * 17 %% (SELECT count(*) FROM contracts WHERE signed_status) AS number)
        picked
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS number FROM contracts
        WHERE signed_status) k USING (number)
    JOIN clients c ON c.id = k.client_id,
    LATERAL (SELECT (i - 1) * 150 / events - 60 AS day, interval '1 hour' * (3 + i %% 9) AS lasts)
        chosen,
    LATERAL (SELECT timezone('utc', timezone(%(zone)s,
        today + interval '1 day' * day + interval '1 hour' * (9 + i %% 10))) AS starts) moment;

INSERT INTO log_entries (client_id, kind, text, said_on, created_by_id, created_at)
SELECT c.id, (ARRAY['CALL', 'EMAIL', 'MEETING', 'NOTE'])[1 + (i - 1) %% 4],
    said[1 + (i - 1) %% cardinality(said)], day,
    -- The phone is answered by whoever is there.
    CASE WHEN i %% 4 = 0 THEN support[2 + i %% (cardinality(support) - 1)] ELSE c.sales_contact_id END,
    timezone('utc', timezone(%(zone)s, day + interval '1 hour' * (9 + i %% 9)))
FROM demo, generate_series(1, entries) i,
    LATERAL (SELECT 1 + i * 11 %% greatest(clients * 2 / 3, 1) AS number) picked
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS number FROM clients) c USING (number),
    LATERAL (SELECT greatest(c.created_at::date, (today - interval '1 day' * (1 + i * 7 %% 90))::date)
        AS day) chosen;

INSERT INTO tasks (text, due_date, assignee_id, client_id, created_by_id, done_at, done_by_id,
    created_at, updated_at)
SELECT to_do[1 + i %% cardinality(to_do)], day, person, c.id, person,
    CASE WHEN done THEN made + interval '1 day' END, CASE WHEN done THEN person END,
    made, CASE WHEN done THEN made + interval '1 day' ELSE made END
FROM demo, generate_series(1, tasks) i,
    LATERAL (SELECT 1 + i * 11 %% greatest(clients * 2 / 3, 1) AS number) picked
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS number FROM clients) c USING (number),
    -- From a week ago to two weeks ahead; of those that were due, some are done.
    LATERAL (SELECT today::date + (i * 8 %% 21 - 6)::integer AS day,
        timezone('utc', now()) - interval '1 day' * (8 + i %% 5) AS made) dates,
    LATERAL (SELECT i %% 4 = 0 AND day <= today AS done,
        -- The managers have some of their own, and the support some.
        CASE i %% 5 WHEN 1 THEN (SELECT min(id) FROM users WHERE role = 'MANAGEMENT')
            WHEN 3 THEN support[2 + i %% (cardinality(support) - 1)]
            ELSE c.sales_contact_id END AS person) chosen;

-- Three of the latest drafts are lost, and two signed contracts cancelled, of which one is to be
-- refunded.
UPDATE contracts k SET closed_reason = (ARRAY['price', 'date', 'no-answer'])[number],
    closed_note = CASE WHEN number = 3 THEN 'Three calls, no answer.' END
FROM (SELECT id, row_number() OVER (ORDER BY id DESC) AS number FROM contracts
    WHERE NOT signed_status AND received = 0 ORDER BY id DESC LIMIT 3) lost
WHERE k.id = lost.id;

UPDATE contracts k SET closed_reason = 'cancelled', closed_note = 'The party is called off.',
    kept_amount = round(received * 0.3, 2)
FROM (SELECT DISTINCT ON (received > 0) id FROM contracts
    WHERE signed_status AND amount_due > 0 AND NOT EXISTS (
        SELECT FROM events e WHERE e.contract_id = contracts.id
          AND e.end_date > timezone('utc', now()))
    ORDER BY received > 0, id DESC) cancelled
WHERE k.id = cancelled.id;

UPDATE security_policy SET filled_by_demo = true;
