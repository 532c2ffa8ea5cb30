"""The schema that upgrades begin with."""

revision = "0019"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Do nothing: env.py lays a new database from tables/, as it is now."""
