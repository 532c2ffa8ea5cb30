-- The client's schema to the letter; where its SQL and its models differ, the superset.
-- The unique keys on two columns that later constraints need are additions of revision 0003.

-- A function is PostgreSQL's only object that everybody may use unless told otherwise.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE users (
    id SERIAL CONSTRAINT pk_users PRIMARY KEY,
    first_name VARCHAR(50) NOT NULL,
    last_name VARCHAR(50) NOT NULL,
    -- "C": the same order on every server, whatever locale initdb found.
    email VARCHAR(100) COLLATE "C" NOT NULL CONSTRAINT uq_users_email UNIQUE,
    phone VARCHAR(20),
    hashed_password VARCHAR(100) NOT NULL,
    role VARCHAR(10) NOT NULL
        CONSTRAINT ck_users_role CHECK (role IN ('SALES', 'SUPPORT', 'MANAGEMENT')),
    created_at TIMESTAMP NOT NULL DEFAULT timezone('utc', now()),
    updated_at TIMESTAMP NOT NULL DEFAULT timezone('utc', now())
);

CREATE TABLE clients (
    id SERIAL CONSTRAINT pk_clients PRIMARY KEY,
    full_name VARCHAR(100) NOT NULL,
    email VARCHAR(100) COLLATE "C" NOT NULL CONSTRAINT uq_clients_email UNIQUE,
    phone VARCHAR(20) NOT NULL,
    company_name VARCHAR(100) NOT NULL,
    sales_contact_id INTEGER NOT NULL
        CONSTRAINT fk_clients_sales_contact_id_users REFERENCES users (id),
    created_at TIMESTAMP NOT NULL DEFAULT timezone('utc', now()),
    last_updated TIMESTAMP NOT NULL DEFAULT timezone('utc', now())
);

CREATE TABLE contracts (
    id SERIAL CONSTRAINT pk_contracts PRIMARY KEY,
    client_id INTEGER NOT NULL
        CONSTRAINT fk_contracts_client_id_clients REFERENCES clients (id),
    sales_contact_id INTEGER NOT NULL
        CONSTRAINT fk_contracts_sales_contact_id_users REFERENCES users (id),
    total_amount NUMERIC(15, 2) NOT NULL,
    amount_due NUMERIC(15, 2) NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT timezone('utc', now()),
    signed_status BOOLEAN NOT NULL DEFAULT false
);

CREATE TABLE events (
    id SERIAL CONSTRAINT pk_events PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    contract_id INTEGER NOT NULL
        CONSTRAINT fk_events_contract_id_contracts REFERENCES contracts (id),
    client_id INTEGER NOT NULL
        CONSTRAINT fk_events_client_id_clients REFERENCES clients (id),
    client_contact TEXT NOT NULL,
    start_date TIMESTAMP NOT NULL,
    end_date TIMESTAMP NOT NULL,
    support_contact_id INTEGER
        CONSTRAINT fk_events_support_contact_id_users REFERENCES users (id),
    location TEXT NOT NULL,
    attendees INTEGER NOT NULL,
    notes TEXT,
    created_at TIMESTAMP NOT NULL DEFAULT timezone('utc', now())
);

CREATE INDEX idx_user_email ON users (email);
CREATE INDEX idx_client_sales_contact ON clients (sales_contact_id);
CREATE INDEX idx_contract_client ON contracts (client_id);
CREATE INDEX idx_event_support_contact ON events (support_contact_id);
CREATE INDEX idx_event_contract ON events (contract_id);
