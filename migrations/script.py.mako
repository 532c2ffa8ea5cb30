"""${message}"""
% if upgrades:

from alembic import op
% endif

revision = "${up_revision}"
down_revision = "${down_revision}"
branch_labels = None
depends_on = None

# A backup is made first; False where it only adds, and nothing can be lost.
changes_data = True


def upgrade() -> None:
    """Carry an older database up: ALTER TABLE and data, nothing that objects/ makes."""
% if upgrades:
    ${upgrades}
% endif
