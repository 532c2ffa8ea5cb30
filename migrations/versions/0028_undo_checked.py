"""An undo is checked, at commit, to be the opposite of what it takes back."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None
changes_data = False


def upgrade() -> None:
    """Note of each undo that it was checked, so that nothing is written behind the check."""
    op.execute("""
        ALTER TABLE audit_transactions ADD COLUMN undo_checked BOOLEAN NOT NULL DEFAULT false;
        COMMENT ON COLUMN audit_transactions.undo_checked IS
            'Whether it was found to be the opposite of that one; it writes nothing more then.';
    """)
