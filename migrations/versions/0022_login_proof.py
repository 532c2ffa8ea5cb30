"""A login proves that its password is known by a challenge, which is used once."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
changes_data = False


def upgrade() -> None:
    """Carry an older database up: the attempts that it has were made without a challenge."""
    op.execute("""
        ALTER TABLE login_attempts ADD COLUMN challenge BYTEA
            CONSTRAINT uq_login_attempts_challenge UNIQUE;
    """)
