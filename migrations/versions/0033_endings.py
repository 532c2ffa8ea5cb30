"""Contracts that are lost or cancelled, what is kept of them, and refunds."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None
changes_data = True  # constraints are dropped for wider ones


def upgrade() -> None:
    """Carry an older database up: no contract is closed yet."""
    op.execute("""
        ALTER TABLE contracts
            ADD COLUMN closed_at TIMESTAMP,
            ADD COLUMN closed_reason VARCHAR(10),
            ADD COLUMN closed_note VARCHAR(500)
                CONSTRAINT ck_contracts_closed_note CHECK (is_plain_text(closed_note, true)),
            ADD COLUMN kept_amount NUMERIC(15, 2),
            DROP CONSTRAINT ck_contracts_dates_range;
        ALTER TABLE contracts
            ADD CONSTRAINT ck_contracts_dates_range CHECK (
                created_at >= '1900-01-01' AND created_at < '3000-01-01'
                AND signed_at >= '1900-01-01' AND signed_at < '3000-01-01'
                AND closed_at >= '1900-01-01' AND closed_at < '3000-01-01'),
            ADD CONSTRAINT ck_contracts_received CHECK (received >= 0),
            ADD CONSTRAINT ck_contracts_closed CHECK (
                (closed_at IS NULL) = (closed_reason IS NULL)
                AND (closed_at IS NULL OR amount_due = 0)),
            ADD CONSTRAINT ck_contracts_closed_reason CHECK (
                closed_reason IS NULL OR CASE WHEN signed_status
                    THEN closed_reason = 'cancelled' AND closed_note IS NOT NULL
                    ELSE closed_reason IN ('price', 'date', 'competitor', 'no-answer', 'other')
                END),
            ADD CONSTRAINT ck_contracts_lost CHECK (
                signed_status OR closed_at IS NULL OR received = 0),
            ADD CONSTRAINT ck_contracts_kept_amount CHECK (
                (kept_amount IS NOT NULL) = (signed_status AND closed_at IS NOT NULL)
                AND kept_amount >= 0 AND kept_amount <= received);
        CREATE INDEX ix_contracts_closed ON contracts (id) WHERE closed_at IS NOT NULL;
        GRANT UPDATE (closed_reason, closed_note, kept_amount) ON contracts TO epicevents_app;

        ALTER TABLE payments
            DROP CONSTRAINT ck_payments_kind,
            DROP CONSTRAINT ck_payments_sign,
            DROP CONSTRAINT ck_payments_reason_given;
        ALTER TABLE payments
            ADD CONSTRAINT ck_payments_kind CHECK (kind IN
                ('OPENING', 'PAYMENT', 'REFUND', 'REVERSAL', 'ADJUSTMENT', 'WRITE_OFF')),
            ADD CONSTRAINT ck_payments_sign CHECK (
                CASE WHEN kind IN ('ADJUSTMENT', 'WRITE_OFF') THEN true
                    WHEN kind = 'REVERSAL' THEN
                        reversed_kind NOT IN ('OPENING', 'PAYMENT', 'REFUND')
                        OR (amount > 0) = (reversed_kind = 'REFUND')
                    ELSE (amount < 0) = (kind = 'REFUND') END),
            ADD CONSTRAINT ck_payments_reason_given CHECK (
                kind IN ('OPENING', 'PAYMENT') OR reason IS NOT NULL);
    """)
