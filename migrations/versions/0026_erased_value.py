"""A value that was erased is an object in the audit, which nobody can type."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None
changes_data = True


def upgrade() -> None:
    """Mark what earlier erasures blanked, and say so of the column."""
    op.execute("""
        UPDATE audit_entries SET changes = (
            SELECT jsonb_object_agg(key, CASE WHEN jsonb_typeof(change) = 'array' THEN (
                SELECT jsonb_agg(CASE WHEN one = '"(erased)"' THEN '{"erased": true}' ELSE one END
                    ORDER BY number)
                FROM jsonb_array_elements(change) WITH ORDINALITY pair (one, number)
            ) ELSE change END)
            FROM jsonb_each(changes) field (key, change))
        WHERE strpos(changes::text, '"(erased)"') > 0;
        COMMENT ON COLUMN clients.erased_at IS 'Since when the person is forgotten: '
            'the record holds placeholders, and the audit {"erased": true} in their stead. '
            'It cannot be undone.';
    """)
