"""The journal of payments: found by their words, and by day."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
changes_data = False


def upgrade() -> None:
    """Store the words of each payment, and index them and the days."""
    op.execute("""
        ALTER TABLE payments ADD COLUMN search_words TSVECTOR GENERATED ALWAYS AS (
            array_to_tsvector(words(coalesce(method, '') || ' ' || coalesce(reference, '')
                || ' ' || coalesce(reason, '')))) STORED;
        CREATE INDEX ix_payments_paid_on ON payments (paid_on, id);
        CREATE INDEX ix_payments_search_words ON payments USING gin (search_words);
    """)
