"""A password is changed with a proof over the new one."""

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
changes_data = False


def upgrade() -> None:
    """Lay ``change_password()`` anew, which took no proof."""
