"""Phones, references and names without their apostrophe are found by search."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None
changes_data = True


def upgrade() -> None:
    """Make the words of clients, colleagues and events anew, and a folded reference of payments."""
    op.execute("""
        ALTER TABLE users DROP COLUMN search_words,
            ADD COLUMN search_words TSVECTOR GENERATED ALWAYS AS (
                array_to_tsvector(search_terms(first_name || ' ' || last_name || ' ' || email)
                || phone_terms(phone))) STORED;
        CREATE INDEX ix_users_search_words ON users USING gin (search_words);
        GRANT SELECT (search_words) ON users TO epicevents_app;

        ALTER TABLE clients DROP COLUMN search_words, DROP COLUMN company_words,
            ADD COLUMN search_words TSVECTOR GENERATED ALWAYS AS (array_to_tsvector(
                search_terms(full_name || ' ' || company_name || ' ' || email)
                || CASE WHEN erased_at IS NULL THEN phone_terms(phone) ELSE '{}' END)) STORED,
            ADD COLUMN company_words TSVECTOR GENERATED ALWAYS AS (
                array_to_tsvector(search_terms(company_name))) STORED;
        CREATE INDEX ix_clients_search_words ON clients USING gin (search_words);
        CREATE INDEX ix_clients_company_words ON clients USING gin (company_words);

        ALTER TABLE events DROP COLUMN search_words, DROP COLUMN location_words,
            ADD COLUMN search_words TSVECTOR GENERATED ALWAYS AS (array_to_tsvector(search_terms(
                name || ' ' || left(client_contact, 200) || ' ' || left(location, 300)))) STORED,
            ADD COLUMN location_words TSVECTOR GENERATED ALWAYS AS (
                array_to_tsvector(search_terms(left(location, 300)))) STORED;
        CREATE INDEX ix_events_search_words ON events USING gin (search_words);
        CREATE INDEX ix_events_location_words ON events USING gin (location_words);

        ALTER TABLE payments DROP COLUMN search_words,
            ADD COLUMN search_words TSVECTOR GENERATED ALWAYS AS (array_to_tsvector(search_terms(
                coalesce(method, '') || ' ' || coalesce(reference, '')
                || ' ' || coalesce(reason, '')))) STORED,
            ADD COLUMN reference_folded TEXT COLLATE "C"
            GENERATED ALWAYS AS (fold_together(reference)) STORED;
        CREATE INDEX ix_payments_search_words ON payments USING gin (search_words);
        CREATE INDEX ix_payments_reference_folded ON payments (reference_folded)
            WHERE reference_folded IS NOT NULL;
    """)
