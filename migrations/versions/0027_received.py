"""What was received on each contract, apart from adjustments."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
changes_data = True


def upgrade() -> None:
    """Carry an older database up: the kind beside each reversal, and the sums that follow."""
    op.execute("""
        ALTER TABLE payments ADD COLUMN reversed_kind VARCHAR(10);
        ALTER TABLE contracts ADD COLUMN received NUMERIC(15, 2) NOT NULL DEFAULT 0;
        UPDATE payments p SET reversed_kind = o.kind FROM payments o WHERE o.id = p.reverses_id;
        UPDATE contracts c SET received = came.amount
        FROM (
            SELECT contract_id, sum(amount) AS amount FROM payments
            WHERE coalesce(reversed_kind, kind) <> 'ADJUSTMENT' GROUP BY contract_id
        ) came
        WHERE c.id = came.contract_id AND came.amount <> 0;
        ALTER TABLE payments
            DROP CONSTRAINT fk_payments_reverses,
            DROP CONSTRAINT uq_payments_id_contract_id_amount,
            DROP CONSTRAINT ck_payments_reversal;
        ALTER TABLE payments
            ADD CONSTRAINT uq_payments_id_contract_id_amount_kind
                UNIQUE (id, contract_id, amount, kind),
            ADD CONSTRAINT fk_payments_reverses
                FOREIGN KEY (reverses_id, contract_id, reversed_amount, reversed_kind)
                REFERENCES payments (id, contract_id, amount, kind),
            ADD CONSTRAINT ck_payments_reversal CHECK (
                (kind = 'REVERSAL') = (reverses_id IS NOT NULL)
                AND (kind = 'REVERSAL') = (reversed_kind IS NOT NULL)
            );
    """)
