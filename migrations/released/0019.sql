-- The tables of revision 0019, as they were released. Never edited.

-- Before any table: what holds for whatever is made later.

-- A function is PostgreSQL's only object that everybody may use unless told otherwise.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

GRANT USAGE ON SCHEMA public TO epicevents_app;
GRANT SELECT ON alembic_version TO epicevents_app;

-- Every write leaves a row (rule 16): when, who, which record, which fields, old and new values,
-- grouped by what one command did. Statement triggers, so that a bulk load pays once.

CREATE TABLE audit_transactions (
    -- A number of its own: transaction ids of the server do not survive a restore.
    id BIGSERIAL CONSTRAINT pk_audit_transactions PRIMARY KEY,
    xid XID8 NOT NULL,
    at TIMESTAMP NOT NULL,
    employee_id INTEGER,
    session_id BIGINT,
    database_role NAME NOT NULL,
    command TEXT,
    undoes BIGINT
        -- Once: whoever wants it back undoes the undoing. The key also decides between two at once.
        CONSTRAINT uq_audit_transactions_undoes UNIQUE
        CONSTRAINT fk_audit_transactions_undoes REFERENCES audit_transactions (id),

    CONSTRAINT uq_audit_transactions_xid_at UNIQUE (xid, at),
    CONSTRAINT ck_audit_transactions_undoes CHECK (undoes < id)
);
COMMENT ON COLUMN audit_transactions.undoes IS 'The transaction that this one took back.';
CREATE INDEX ix_audit_transactions_employee_id ON audit_transactions (employee_id, id);

CREATE TABLE audit_entries (
    id BIGSERIAL CONSTRAINT pk_audit_entries PRIMARY KEY,
    transaction_id BIGINT NOT NULL
        CONSTRAINT fk_audit_entries_transaction_id REFERENCES audit_transactions (id),
    table_name TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    action VARCHAR(6) NOT NULL
        CONSTRAINT ck_audit_entries_action CHECK (action IN ('INSERT', 'UPDATE', 'DELETE')),
    -- {"field": [old, new]}; null before an insert and after a delete.
    changes JSONB NOT NULL,
    -- Given at any moment of a transaction, also after its first write.
    reason TEXT
);
CREATE INDEX ix_audit_entries_record ON audit_entries (table_name, record_id, id);
CREATE INDEX ix_audit_entries_transaction_id ON audit_entries (transaction_id);
-- What an erasure looks for among all of the audit: events that were deleted or changed their client,
-- and reasons, which few entries have.
CREATE INDEX ix_audit_entries_event_client ON audit_entries (record_id)
    WHERE table_name = 'events' AND action <> 'INSERT' AND changes ? 'client_id';
CREATE INDEX ix_audit_entries_reason ON audit_entries (id) WHERE reason IS NOT NULL;

-- Without policies: nobody but the owner reaches them.
ALTER TABLE audit_transactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;

CREATE TABLE denied_attempts (
    id BIGSERIAL CONSTRAINT pk_denied_attempts PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    employee_id INTEGER,
    session_id BIGINT,
    database_role NAME NOT NULL,
    permission VARCHAR(50) NOT NULL,
    kind VARCHAR(20),
    record_id INTEGER,
    message VARCHAR(500)
);

-- Without a policy: nobody but the owner reaches it.
ALTER TABLE denied_attempts ENABLE ROW LEVEL SECURITY;

CREATE TABLE login_attempts (
    -- Not to be guessed: whoever knows the number may ask for the result.
    id BIGINT CONSTRAINT pk_login_attempts PRIMARY KEY DEFAULT
        ('x' || substr(translate(gen_random_uuid()::text, '-', ''), 1, 16))::bit(64)::bigint
            & 9223372036854775807,
    email VARCHAR(100) COLLATE "C" NOT NULL,
    attempted_at TIMESTAMP NOT NULL,
    tag BYTEA NOT NULL,
    session_hash BYTEA NOT NULL,
    transaction_xid XID8 NOT NULL,
    database_role NAME NOT NULL DEFAULT session_user,
    -- Its own number is what login_result() takes, so nobody is shown it.
    listed_as BIGINT GENERATED ALWAYS AS IDENTITY
);

CREATE INDEX ix_login_attempts_email_attempted_at ON login_attempts (email, attempted_at);
CREATE UNIQUE INDEX ix_login_attempts_listed_as ON login_attempts (listed_as);

-- Without a policy: nobody but the owner reaches it.
ALTER TABLE login_attempts ENABLE ROW LEVEL SECURITY;

CREATE TABLE security_policy (
    is_only_row BOOLEAN CONSTRAINT pk_security_policy PRIMARY KEY DEFAULT true
        CONSTRAINT ck_security_policy_one_row CHECK (is_only_row),
    session_lifetime INTERVAL NOT NULL DEFAULT '24 hours'
        CONSTRAINT ck_security_policy_lifetime
        CHECK (session_lifetime BETWEEN '1 minute' AND '30 days'),
    session_idle_limit INTERVAL NOT NULL DEFAULT '2 hours'
        CONSTRAINT ck_security_policy_idle_limit
        -- When a session was last used is written once a minute, so a minute is too short.
        CHECK (session_idle_limit BETWEEN '2 minutes' AND '30 days'),
    -- Answers for unknown emails are invented from this, always the same for the same email.
    challenge_secret BYTEA NOT NULL
        DEFAULT sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')),
    -- Two managers who leave at once meet at this column: see objects/user/keep_a_manager.sql.
    managers_revision BIGINT NOT NULL DEFAULT 0,
    -- What `demo` filled, `demo` and `init` may replace.
    filled_by_demo BOOLEAN NOT NULL DEFAULT false,
    -- In every backup and nobody's to change: an event keeps its identifier in the calendars that it
    -- was imported into, whoever exports it and wherever the database moves.
    installation_id UUID NOT NULL DEFAULT gen_random_uuid()
);
COMMENT ON COLUMN security_policy.installation_id IS
    'Tells the records of this company from those of any other, as in the UIDs of calendars.';
INSERT INTO security_policy DEFAULT VALUES;

-- Without a policy: nobody but the owner reaches it.
ALTER TABLE security_policy ENABLE ROW LEVEL SECURITY;

-- A session is a row that is found by the SHA-256 of its secret; each transaction shows the secret
-- once, to begin_session(). See docs/security.md.

-- No foreign key to users, here and below: its lock on the person's row could be made to wait, and
-- with it a login or the end of a session.
CREATE TABLE sessions (
    id BIGSERIAL CONSTRAINT pk_sessions PRIMARY KEY,
    secret_hash BYTEA NOT NULL CONSTRAINT uq_sessions_secret_hash UNIQUE
        CONSTRAINT ck_sessions_secret_hash CHECK (octet_length(secret_hash) = 32),
    user_id INTEGER NOT NULL,
    -- The SHA-256 of the hashed_password that opened it. With another password the session is over,
    -- also one that a login opened while that password was being replaced.
    credential BYTEA NOT NULL,
    attempt_id BIGINT NOT NULL CONSTRAINT uq_sessions_attempt_id UNIQUE,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);

-- Apart from sessions, because a busy session would otherwise keep its own row locked.
CREATE TABLE session_uses (
    session_id BIGINT CONSTRAINT pk_session_uses PRIMARY KEY
        CONSTRAINT fk_session_uses_session_id_sessions REFERENCES sessions (id) ON DELETE CASCADE,
    last_used_at TIMESTAMP NOT NULL
);

-- Insert-only: no lock that anybody holds delays the end of a session. It ends a person's sessions by
-- their numbers, which unlike clocks do not step back: by default all that were opened before it.
CREATE TABLE session_revocations (
    id BIGSERIAL CONSTRAINT pk_session_revocations PRIMARY KEY,
    user_id INTEGER NOT NULL,
    first_session_id BIGINT NOT NULL DEFAULT 0,
    last_session_id BIGINT NOT NULL DEFAULT nextval('sessions_id_seq'),
    revoked_at TIMESTAMP NOT NULL,
    revoked_by_id INTEGER
);
CREATE INDEX ix_session_revocations_user_id ON session_revocations (user_id, last_session_id);

-- Without policies: nobody but the owner reaches them.
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_revocations ENABLE ROW LEVEL SECURITY;

-- What takes somebody's rights away at once, whatever their open transactions hold: changing the
-- account itself may have to wait for those.
CREATE TABLE suspensions (
    id BIGSERIAL CONSTRAINT pk_suspensions PRIMARY KEY,
    user_id INTEGER NOT NULL,
    suspended_at TIMESTAMP NOT NULL,
    suspended_by_id INTEGER NOT NULL,
    ended_at TIMESTAMP,
    ended_by_id INTEGER
);

CREATE INDEX ix_suspensions_user_id ON suspensions (user_id) WHERE ended_at IS NULL;

-- Without a policy: nobody but the owner reaches it.
ALTER TABLE suspensions ENABLE ROW LEVEL SECURITY;

-- The functions under checks and generated columns. They cannot be dropped, so every upgrade replaces
-- them where they are; whoever changes what one returns recomputes in a revision what is stored.
-- Search needs no extension: words without accents and case, kept in a tsvector, found by prefix.

CREATE OR REPLACE FUNCTION is_plain_text(value text, several_lines boolean) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value IS NFC NORMALIZED
        AND value COLLATE "C" !~ CASE WHEN several_lines
            THEN '[\u0001-\u0008\u000b-\u001f\u007f-\u009f]'
            ELSE '[\u0001-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]' END
        AND value COLLATE "C" ~
            '[^\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]';
COMMENT ON FUNCTION is_plain_text(text, boolean) IS
    'Whether a text is NFC, has no control characters (line breaks and tabs where several lines are allowed) and something to be seen.';
GRANT EXECUTE ON FUNCTION is_plain_text(text, boolean) TO epicevents_app;

CREATE OR REPLACE FUNCTION is_email(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN is_plain_text(value, false)
        -- Decomposed, a capital is a capital whatever accent it wears and whatever the locale.
        AND normalize(value, NFKD) COLLATE "C" !~ '[A-ZÆØŒĐŁÞΑ-ΩЀ-Я]'
        AND value COLLATE "C" ~
            '^[^\u0001-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff@]+@[^\u0001-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff@.]+(\.[^\u0001-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff@.]+)+$';
COMMENT ON FUNCTION is_email(text) IS
    'Whether a text has the form of an email address: NFC, lower case, without spaces.';
GRANT EXECUTE ON FUNCTION is_email(text) TO epicevents_app;

CREATE OR REPLACE FUNCTION is_phone(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value COLLATE "C" ~ '^\+[1-9][0-9]{5,14}$';
COMMENT ON FUNCTION is_phone(text) IS 'Whether a text is a phone number in E.164.';
GRANT EXECUTE ON FUNCTION is_phone(text) TO epicevents_app;

-- In plpgsql, because that folds a text in one pass and not once for each time it is looked at: a
-- load spends most of its time here.
CREATE OR REPLACE FUNCTION fold(value text) RETURNS text
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
GRANT EXECUTE ON FUNCTION fold(text) TO epicevents_app;

-- Words are cut at 500 characters, because a tsvector takes none over 2,046 bytes. The schema is
-- named: while a backup is restored, no search path is set.
CREATE OR REPLACE FUNCTION words(value text) RETURNS text[]
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
GRANT EXECUTE ON FUNCTION words(text) TO epicevents_app;

CREATE TABLE users (
    id INTEGER GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_users PRIMARY KEY,
    first_name VARCHAR(50) NOT NULL
        CONSTRAINT ck_users_first_name CHECK (is_plain_text(first_name, false)),
    last_name VARCHAR(50) NOT NULL
        CONSTRAINT ck_users_last_name CHECK (is_plain_text(last_name, false)),
    -- "C": the same order on every server, whatever locale initdb found.
    email VARCHAR(100) COLLATE "C" NOT NULL
        CONSTRAINT uq_users_email UNIQUE
        CONSTRAINT ck_users_email CHECK (is_email(email)),
    phone VARCHAR(20) CONSTRAINT ck_users_phone CHECK (is_phone(phone)),
    hashed_password VARCHAR(100) NOT NULL CONSTRAINT ck_users_hashed_password CHECK (hashed_password ~
        '^\$argon2id\$v=19\$m=[1-9][0-9]{0,7},t=[1-9][0-9]{0,2},p=[1-9][0-9]?\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$'),
    role VARCHAR(10) NOT NULL
        CONSTRAINT ck_users_role CHECK (role IN ('SALES', 'SUPPORT', 'MANAGEMENT')),
    created_at TIMESTAMP NOT NULL DEFAULT timezone('utc', now()),
    updated_at TIMESTAMP NOT NULL DEFAULT timezone('utc', now()),
    is_active BOOLEAN NOT NULL DEFAULT true,
    must_change_password BOOLEAN NOT NULL DEFAULT false,
    version INTEGER NOT NULL DEFAULT 1,
    -- Sort keys are cut at 200 characters, because an index takes no row over 2,704 bytes.
    name_folded TEXT COLLATE "C"
        GENERATED ALWAYS AS (left(fold(last_name || ' ' || first_name), 200)) STORED,
    search_words TSVECTOR GENERATED ALWAYS AS (
        array_to_tsvector(words(first_name || ' ' || last_name || ' ' || email))) STORED,

    -- What the composite foreign keys of clients, contracts and events refer to.
    CONSTRAINT uq_users_id_role UNIQUE (id, role),
    CONSTRAINT ck_users_dates_range CHECK (
        created_at >= '1900-01-01' AND created_at < '3000-01-01'
        AND updated_at >= '1900-01-01' AND updated_at < '3000-01-01')
);
COMMENT ON COLUMN users.hashed_password IS
    'Argon2id in PHC layout, $argon2id$v=19$m=…,t=…,p=…$salt$tag; the tag is the SHA-256 of the derived 32 bytes, so that what is stored cannot log in.';
COMMENT ON COLUMN users.must_change_password IS
    'Somebody else set the password: no rights until its owner has chosen another.';

CREATE INDEX idx_user_email ON users (email);
CREATE INDEX ix_users_name_folded ON users (name_folded, id);
CREATE INDEX ix_users_search_words ON users USING gin (search_words);

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
GRANT SELECT (id, first_name, last_name, email, phone, role, is_active, must_change_password,
        created_at, updated_at, version, name_folded, search_words),
    INSERT (first_name, last_name, email, phone, role, hashed_password),
    UPDATE (first_name, last_name, email, phone, role, is_active) ON users TO epicevents_app;

CREATE TABLE clients (
    id INTEGER GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_clients PRIMARY KEY,
    full_name VARCHAR(100) NOT NULL
        CONSTRAINT ck_clients_full_name CHECK (is_plain_text(full_name, false)),
    email VARCHAR(100) COLLATE "C" NOT NULL
        CONSTRAINT uq_clients_email UNIQUE
        CONSTRAINT ck_clients_email CHECK (is_email(email)),
    phone VARCHAR(20) NOT NULL CONSTRAINT ck_clients_phone CHECK (is_phone(phone)),
    company_name VARCHAR(100) NOT NULL
        CONSTRAINT ck_clients_company_name CHECK (is_plain_text(company_name, false)),
    sales_contact_id INTEGER NOT NULL
        CONSTRAINT fk_clients_sales_contact_id_users REFERENCES users (id),
    created_at TIMESTAMP NOT NULL DEFAULT timezone('utc', now()),
    last_updated TIMESTAMP NOT NULL DEFAULT timezone('utc', now()),
    version INTEGER NOT NULL DEFAULT 1,
    sales_contact_role VARCHAR(10) GENERATED ALWAYS AS ('SALES') STORED,
    full_name_folded TEXT COLLATE "C" GENERATED ALWAYS AS (left(fold(full_name), 200)) STORED,
    company_name_folded TEXT COLLATE "C"
        GENERATED ALWAYS AS (left(fold(company_name), 200)) STORED,
    search_words TSVECTOR GENERATED ALWAYS AS (
        array_to_tsvector(words(full_name || ' ' || company_name || ' ' || email))) STORED,
    company_words TSVECTOR GENERATED ALWAYS AS (array_to_tsvector(words(company_name))) STORED,
    erased_at TIMESTAMP CONSTRAINT ck_clients_erased_at
        CHECK (erased_at >= '1900-01-01' AND erased_at < '3000-01-01'),

    -- A foreign key onto a constant: it holds the role now and refuses to let it change later, and
    -- no isolation level or race gets around it.
    CONSTRAINT fk_clients_sales_contact_role
        FOREIGN KEY (sales_contact_id, sales_contact_role) REFERENCES users (id, role),
    -- The moments that the database writes itself are held to a range that Python can read.
    CONSTRAINT ck_clients_dates_range CHECK (
        created_at >= '1900-01-01' AND created_at < '3000-01-01'
        AND last_updated >= '1900-01-01' AND last_updated < '3000-01-01')
);
COMMENT ON COLUMN clients.erased_at IS
    'Since when the person is forgotten: the record holds placeholders, and the audit "(erased)" in their stead. It cannot be undone.';

CREATE INDEX idx_client_sales_contact ON clients (sales_contact_id);
CREATE INDEX ix_clients_full_name_folded ON clients (full_name_folded, id);
CREATE INDEX ix_clients_company_name_folded ON clients (company_name_folded, id);
CREATE INDEX ix_clients_created_at ON clients (created_at, id);
CREATE INDEX ix_clients_search_words ON clients USING gin (search_words);
CREATE INDEX ix_clients_company_words ON clients USING gin (company_words);

ALTER TABLE clients ENABLE ROW LEVEL SECURITY;
GRANT SELECT,
    INSERT (full_name, email, phone, company_name, sales_contact_id),
    UPDATE (full_name, email, phone, company_name, sales_contact_id) ON clients TO epicevents_app;

CREATE TABLE contracts (
    id INTEGER GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_contracts PRIMARY KEY,
    client_id INTEGER NOT NULL
        CONSTRAINT fk_contracts_client_id_clients REFERENCES clients (id),
    sales_contact_id INTEGER NOT NULL
        CONSTRAINT fk_contracts_sales_contact_id_users REFERENCES users (id),
    -- "NaN" is greater than every number and equal to itself, and numeric(15, 2) takes it.
    total_amount NUMERIC(15, 2) NOT NULL
        CONSTRAINT ck_contracts_total_amount CHECK (total_amount > 0 AND total_amount <> 'NaN'),
    -- Derived: payments move it (objects/payment/payments_move_balance.sql).
    amount_due NUMERIC(15, 2) NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT timezone('utc', now()),
    signed_status BOOLEAN NOT NULL DEFAULT false,
    signed_at TIMESTAMP,
    version INTEGER NOT NULL DEFAULT 1,
    sales_contact_role VARCHAR(10) GENERATED ALWAYS AS ('SALES') STORED,
    due_date DATE CONSTRAINT ck_contracts_due_date
        CHECK (due_date >= '1900-01-01' AND due_date < '3000-01-01'),
    signed_by_id INTEGER CONSTRAINT fk_contracts_signed_by_id_users REFERENCES users (id),

    -- What the foreign key of events refers to.
    CONSTRAINT uq_contracts_id_client_id_signed_status UNIQUE (id, client_id, signed_status),
    CONSTRAINT fk_contracts_sales_contact_role
        FOREIGN KEY (sales_contact_id, sales_contact_role) REFERENCES users (id, role),
    CONSTRAINT ck_contracts_amount_due
        CHECK (amount_due >= 0 AND amount_due <= total_amount AND amount_due <> 'NaN'),
    CONSTRAINT ck_contracts_signed_at CHECK (signed_status = (signed_at IS NOT NULL)),
    CONSTRAINT ck_contracts_due_date_known CHECK (NOT signed_status OR due_date IS NOT NULL),
    CONSTRAINT ck_contracts_dates_range CHECK (
        created_at >= '1900-01-01' AND created_at < '3000-01-01'
        AND signed_at >= '1900-01-01' AND signed_at < '3000-01-01')
);

CREATE INDEX idx_contract_client ON contracts (client_id);
CREATE INDEX ix_contracts_sales_contact_id ON contracts (sales_contact_id);
CREATE INDEX ix_contracts_signed_by_id ON contracts (signed_by_id);
CREATE INDEX ix_contracts_created_at ON contracts (created_at, id);
CREATE INDEX ix_contracts_total_amount ON contracts (total_amount, id);
CREATE INDEX ix_contracts_amount_due ON contracts (amount_due, id);
CREATE INDEX ix_contracts_due_date ON contracts (due_date, id);
-- A partial index serves only the filter that repeats its condition to the letter.
CREATE INDEX ix_contracts_unpaid ON contracts (id) WHERE amount_due > 0;
CREATE INDEX ix_contracts_unsigned ON contracts (id) WHERE NOT signed_status;
-- Serves "overdue": most contracts of an old company were due long ago, and few of them are still
-- to be paid.
CREATE INDEX ix_contracts_to_be_paid ON contracts (due_date, id)
    WHERE signed_status AND amount_due > 0;

ALTER TABLE contracts ENABLE ROW LEVEL SECURITY;
GRANT SELECT,
    INSERT (client_id, sales_contact_id, total_amount, amount_due, signed_status, due_date),
    UPDATE (client_id, sales_contact_id, total_amount, signed_status, due_date, signed_at)
    ON contracts TO epicevents_app;

CREATE TABLE events (
    id INTEGER GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_events PRIMARY KEY,
    name VARCHAR(100) NOT NULL CONSTRAINT ck_events_name CHECK (is_plain_text(name, false)),
    contract_id INTEGER NOT NULL
        CONSTRAINT fk_events_contract_id_contracts REFERENCES contracts (id),
    client_id INTEGER NOT NULL
        CONSTRAINT fk_events_client_id_clients REFERENCES clients (id),
    client_contact TEXT NOT NULL
        CONSTRAINT ck_events_client_contact CHECK (is_plain_text(client_contact, true)),
    start_date TIMESTAMP NOT NULL,
    end_date TIMESTAMP NOT NULL,
    support_contact_id INTEGER
        CONSTRAINT fk_events_support_contact_id_users REFERENCES users (id),
    location TEXT NOT NULL CONSTRAINT ck_events_location CHECK (is_plain_text(location, true)),
    attendees INTEGER NOT NULL CONSTRAINT ck_events_attendees CHECK (attendees >= 1),
    notes TEXT CONSTRAINT ck_events_notes CHECK (is_plain_text(notes, true)),
    created_at TIMESTAMP NOT NULL DEFAULT timezone('utc', now())
        CONSTRAINT ck_events_created_at_range
        CHECK (created_at >= '1900-01-01' AND created_at < '3000-01-01'),
    version INTEGER NOT NULL DEFAULT 1,
    overlap_allowed BOOLEAN NOT NULL DEFAULT false,
    support_contact_role VARCHAR(10) GENERATED ALWAYS AS ('SUPPORT') STORED,
    contract_signed_status BOOLEAN GENERATED ALWAYS AS (true) STORED,
    name_folded TEXT COLLATE "C" GENERATED ALWAYS AS (left(fold(name), 200)) STORED,
    location_folded TEXT COLLATE "C"
        GENERATED ALWAYS AS (left(fold(left(location, 200)), 200)) STORED,
    search_words TSVECTOR GENERATED ALWAYS AS (array_to_tsvector(
        words(name || ' ' || left(client_contact, 200) || ' ' || left(location, 300)))) STORED,
    location_words TSVECTOR GENERATED ALWAYS AS (
        array_to_tsvector(words(left(location, 300)))) STORED,
    updated_at TIMESTAMP NOT NULL DEFAULT timezone('utc', now()),

    -- Onto constants, as in clients: the support contact's role, and that the contract is signed.
    CONSTRAINT fk_events_support_contact_role
        FOREIGN KEY (support_contact_id, support_contact_role) REFERENCES users (id, role),
    CONSTRAINT fk_events_signed_contract
        FOREIGN KEY (contract_id, client_id, contract_signed_status)
        REFERENCES contracts (id, client_id, signed_status),
    CONSTRAINT ck_events_end_date CHECK (end_date > start_date),
    -- Infinity, and years that Python cannot read, would break every listing.
    CONSTRAINT ck_events_dates_range CHECK (
        start_date >= '1900-01-01' AND end_date < '3000-01-01'
    ),
    -- No two events at once. A box per event, one row of boxes per person: needs no extension, exact
    -- to the microsecond, and an event may begin when another ends.
    CONSTRAINT ex_events_support_overlap EXCLUDE USING gist (
        box(
            point(support_contact_id, extract(epoch FROM start_date) * 1e6),
            point(support_contact_id, extract(epoch FROM end_date) * 1e6 - 1)
        ) WITH &&
    ) WHERE (support_contact_id IS NOT NULL AND NOT overlap_allowed)
);

CREATE INDEX idx_event_support_contact ON events (support_contact_id);
CREATE INDEX idx_event_contract ON events (contract_id);
CREATE INDEX ix_events_client_id ON events (client_id);
CREATE INDEX ix_events_name_folded ON events (name_folded, id);
CREATE INDEX ix_events_start_date ON events (start_date, id);
CREATE INDEX ix_events_end_date ON events (end_date, id);
-- What goes on between two moments is found without looking at all that was before, or comes after.
CREATE INDEX ix_events_during ON events USING gist (tsrange(start_date, end_date));
CREATE INDEX ix_events_unassigned ON events (start_date, id) WHERE support_contact_id IS NULL;
CREATE INDEX ix_events_search_words ON events USING gin (search_words);
CREATE INDEX ix_events_location_words ON events USING gin (location_words);

ALTER TABLE events ENABLE ROW LEVEL SECURITY;
GRANT SELECT,
    INSERT (name, contract_id, client_id, client_contact, start_date, end_date,
        support_contact_id, location, attendees, notes, overlap_allowed),
    UPDATE (name, contract_id, client_id, client_contact, start_date, end_date,
        support_contact_id, location, attendees, notes, overlap_allowed) ON events TO epicevents_app;

-- The ledger: what is due is the total less these (rule 7). Never edited, never deleted.
CREATE TABLE payments (
    id INTEGER GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_payments PRIMARY KEY,
    contract_id INTEGER NOT NULL
        CONSTRAINT fk_payments_contract_id_contracts REFERENCES contracts (id),
    amount NUMERIC(15, 2) NOT NULL
        CONSTRAINT ck_payments_amount CHECK (amount <> 0 AND amount <> 'NaN'),
    kind VARCHAR(10) NOT NULL DEFAULT 'PAYMENT'
        CONSTRAINT ck_payments_kind
        CHECK (kind IN ('OPENING', 'PAYMENT', 'REVERSAL', 'ADJUSTMENT')),
    paid_on DATE NOT NULL DEFAULT timezone('utc', now())::date
        CONSTRAINT ck_payments_paid_on CHECK (paid_on >= '1900-01-01' AND paid_on < '3000-01-01'),
    method VARCHAR(20) CONSTRAINT ck_payments_method CHECK (is_plain_text(method, false)),
    reference VARCHAR(100)
        CONSTRAINT ck_payments_reference CHECK (is_plain_text(reference, false)),
    reason VARCHAR(500) CONSTRAINT ck_payments_reason CHECK (is_plain_text(reason, true)),
    -- The same key is the same payment, however often it is sent.
    request_key VARCHAR(100)
        CONSTRAINT ck_payments_request_key CHECK (is_plain_text(request_key, false)),
    reverses_id INTEGER CONSTRAINT uq_payments_reverses_id UNIQUE,
    reversed_amount NUMERIC(15, 2) GENERATED ALWAYS AS (-amount) STORED,
    created_by_id INTEGER CONSTRAINT fk_payments_created_by_id_users REFERENCES users (id),
    created_at TIMESTAMP NOT NULL DEFAULT timezone('utc', now())
        CONSTRAINT ck_payments_created_at_range
        CHECK (created_at >= '1900-01-01' AND created_at < '3000-01-01'),

    CONSTRAINT uq_payments_contract_id_request_key UNIQUE (contract_id, request_key),
    CONSTRAINT uq_payments_id_contract_id_amount UNIQUE (id, contract_id, amount),
    CONSTRAINT fk_payments_reverses
        FOREIGN KEY (reverses_id, contract_id, reversed_amount)
        REFERENCES payments (id, contract_id, amount),
    CONSTRAINT ck_payments_sign CHECK (
        kind = 'ADJUSTMENT' OR (kind = 'REVERSAL') = (amount < 0)
    ),
    CONSTRAINT ck_payments_reversal CHECK ((kind = 'REVERSAL') = (reverses_id IS NOT NULL)),
    CONSTRAINT ck_payments_reason_given CHECK (
        kind IN ('OPENING', 'PAYMENT') OR reason IS NOT NULL
    )
);

CREATE INDEX ix_payments_created_by_id ON payments (created_by_id);

ALTER TABLE payments ENABLE ROW LEVEL SECURITY;
GRANT SELECT,
    INSERT (contract_id, amount, kind, paid_on, method, reference, reason, request_key,
        reverses_id) ON payments TO epicevents_app;
