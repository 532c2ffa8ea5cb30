"""Events that are cancelled: kept, with a reason, and their support is free."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None
changes_data = True  # a constraint is dropped for a narrower one


def upgrade() -> None:
    """Carry an older database up: no event is cancelled yet."""
    op.execute("""
        ALTER TABLE events
            ADD COLUMN cancelled_at TIMESTAMP,
            ADD COLUMN cancelled_reason TEXT
                CONSTRAINT ck_events_cancelled_reason
                CHECK (is_plain_text(cancelled_reason, true)),
            DROP CONSTRAINT ex_events_support_overlap;
        ALTER TABLE events
            ADD CONSTRAINT ck_events_cancelled CHECK (
                (cancelled_at IS NULL) = (cancelled_reason IS NULL)
                AND cancelled_at >= '1900-01-01' AND cancelled_at < '3000-01-01'),
            ADD CONSTRAINT ex_events_support_overlap EXCLUDE USING gist (
                box(
                    point(support_contact_id, extract(epoch FROM start_date) * 1e6),
                    point(support_contact_id, extract(epoch FROM end_date) * 1e6 - 1)
                ) WITH &&
            ) WHERE (support_contact_id IS NOT NULL AND NOT overlap_allowed
                AND cancelled_at IS NULL);
        CREATE INDEX ix_events_cancelled ON events (start_date, id) WHERE cancelled_at IS NOT NULL;
        GRANT UPDATE (cancelled_reason) ON events TO epicevents_app;
    """)
