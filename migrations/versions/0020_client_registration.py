"""Where a client lives, and under which numbers their company is registered."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
changes_data = False


def upgrade() -> None:
    """Carry an older database up: three columns, which nobody has filled yet."""
    op.execute("""
        ALTER TABLE clients
            ADD COLUMN address VARCHAR(300)
                CONSTRAINT ck_clients_address CHECK (is_plain_text(address, true)),
            ADD COLUMN siret VARCHAR(14)
                CONSTRAINT ck_clients_siret CHECK (siret COLLATE "C" ~ '^[0-9]{14}$'),
            ADD COLUMN vat_number VARCHAR(15) CONSTRAINT ck_clients_vat_number
                CHECK (vat_number COLLATE "C" ~ '^[A-Z]{2}[0-9A-Z+*]{2,13}$');
        GRANT INSERT (address, siret, vat_number), UPDATE (address, siret, vat_number)
            ON clients TO epicevents_app;
    """)
