"""${message}"""
% if upgrades:

from alembic import op
% endif

revision = "${up_revision}"
down_revision = "${down_revision}"
branch_labels = None
depends_on = None
changes_data = True  # a backup is made first; False where it only adds


def upgrade() -> None:
    """Carry an older database up: ALTER TABLE and data, nothing that objects/ makes."""
% if upgrades:
    ${upgrades}
% endif
