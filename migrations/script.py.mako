"""${message}"""

from pathlib import Path

from alembic import op

revision = "${up_revision}"
down_revision = "${down_revision}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else 'op.execute(Path(__file__).with_suffix(".up.sql").read_text("utf-8"))'}


def downgrade() -> None:
    ${downgrades if downgrades else 'op.execute(Path(__file__).with_suffix(".down.sql").read_text("utf-8"))'}
