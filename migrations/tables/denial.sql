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
