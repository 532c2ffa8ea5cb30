"""The schema that upgrades begin with."""

from pathlib import Path
from typing import Any

from alembic import op

from crm.database import laying

revision = "0019"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Do nothing: env.py lays a new database from tables/, as it is now."""


def downgrade() -> None:
    """Drop everything, records included: the only way down there is."""
    cursor: Any = op.get_bind().connection.cursor()
    laying.drop_everything(cursor, Path(__file__).parents[1])
