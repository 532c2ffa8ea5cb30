"""Whoever connects is told which company it is, before a session is shown."""

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
changes_data = False


def upgrade() -> None:
    """Lay ``installation_id()`` anew, which asked for a session."""
