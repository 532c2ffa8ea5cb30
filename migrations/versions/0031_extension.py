"""A phone number may have an extension."""

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None
changes_data = False


def upgrade() -> None:
    """Nothing: what a phone is, is_phone() says, which every upgrade replaces."""
