"""A stored password costs whoever guesses at least 19 MiB, twice."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None
changes_data = False


def upgrade() -> None:
    """Ask of every stored password what the hashes of this program have always met."""
    op.execute("""
        ALTER TABLE users ADD CONSTRAINT ck_users_password_cost CHECK (
            substring(hashed_password FROM 'm=([0-9]+)')::integer >= 19456
            AND substring(hashed_password FROM 't=([0-9]+)')::integer >= 2)
    """)
