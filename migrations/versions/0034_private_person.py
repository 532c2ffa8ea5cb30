"""A private person has no company; a client is known by a phone or by an email alone."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None
changes_data = True


def upgrade() -> None:
    """Allow what is unknown, and no address of .invalid but the database's own."""
    op.execute("""
        -- Nothing ever reached such an address; each has a phone.
        UPDATE clients SET email = unknown_email(id)
        WHERE email ~ '\\.invalid$' AND erased_at IS NULL;
        ALTER TABLE clients DROP CONSTRAINT ck_clients_phone,
            ADD CONSTRAINT ck_clients_phone CHECK (phone = '' OR is_phone(phone)),
            DROP CONSTRAINT ck_clients_company_name,
            ADD CONSTRAINT ck_clients_company_name
                CHECK (company_name = '' OR is_plain_text(company_name, false)),
            DROP COLUMN search_words,
            ADD COLUMN search_words TSVECTOR GENERATED ALWAYS AS (array_to_tsvector(
                search_terms(full_name || ' ' || company_name || ' ' || known_email(email))
                || CASE WHEN erased_at IS NULL THEN phone_terms(phone) ELSE '{}' END)) STORED,
            ADD COLUMN incomplete BOOLEAN GENERATED ALWAYS AS (
                phone = '' OR company_name = '' OR known_email(email) = '') STORED,
            ADD CONSTRAINT ck_clients_email_reserved CHECK (
                email !~ '\\.invalid$' OR email = unknown_email(id)
                OR erased_at IS NOT NULL AND email = 'erased-' || id || '@erased.invalid'),
            ADD CONSTRAINT ck_clients_reachable CHECK (phone <> '' OR known_email(email) <> '');
        CREATE INDEX ix_clients_search_words ON clients USING gin (search_words);
        CREATE INDEX ix_clients_incomplete ON clients (id) WHERE incomplete;
    """)
