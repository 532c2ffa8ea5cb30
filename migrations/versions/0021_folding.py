"""Letters fold as they are read: đ and ð are d, þ is th, and capitals of every script are small."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
changes_data = True


def upgrade() -> None:
    """Recompute what fold() gave: what is sorted and searched by."""
    op.execute("""
        UPDATE users SET last_name = last_name;
        UPDATE clients SET full_name = full_name;
        UPDATE events SET name = name;
    """)
