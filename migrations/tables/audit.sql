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
    undo_checked BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT uq_audit_transactions_xid_at UNIQUE (xid, at),
    CONSTRAINT ck_audit_transactions_undoes CHECK (undoes < id)
);
COMMENT ON COLUMN audit_transactions.undoes IS 'The transaction that this one took back.';
COMMENT ON COLUMN audit_transactions.undo_checked IS
    'Whether it was found to be the opposite of that one; it writes nothing more then.';
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
