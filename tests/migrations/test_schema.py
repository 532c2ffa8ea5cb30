"""The client's schema to the letter: the superset of its SQL and its SQLAlchemy models."""

from typing import Any

import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812

SERIAL, TEXT, INTEGER, MOMENT = "serial", "text", "integer", "timestamp without time zone"
MONEY, BOOLEAN = "numeric(15,2)", "boolean"


def varchar(length: int) -> str:
    """Text of at most so many characters."""
    return f"character varying({length})"


# A name that ends in "?" may be null; the others may not.
COLUMNS = {
    "users": {
        "id": SERIAL, "first_name": varchar(50), "last_name": varchar(50), "email": varchar(100),
        "phone?": varchar(20), "hashed_password": varchar(100), "role": varchar(10),
        "created_at": MOMENT, "updated_at": MOMENT,
    },
    "clients": {
        "id": SERIAL, "full_name": varchar(100), "email": varchar(100), "phone": varchar(20),
        "company_name": varchar(100), "sales_contact_id": INTEGER, "created_at": MOMENT,
        "last_updated": MOMENT,
    },
    "contracts": {
        "id": SERIAL, "client_id": INTEGER, "sales_contact_id": INTEGER, "total_amount": MONEY,
        "amount_due": MONEY, "created_at": MOMENT, "signed_status": BOOLEAN,
    },
    "events": {
        "id": SERIAL, "name": varchar(100), "contract_id": INTEGER, "client_id": INTEGER,
        "client_contact": TEXT, "start_date": MOMENT, "end_date": MOMENT,
        "support_contact_id?": INTEGER, "location": TEXT, "attendees": INTEGER, "notes?": TEXT,
        "created_at": MOMENT,
    },
}  # fmt: skip

# What is filled in where nobody says.
NOW = "timezone('utc'::text, now())"
DEFAULTS = {
    ("users", "created_at"): NOW, ("users", "updated_at"): NOW, ("clients", "created_at"): NOW,
    ("clients", "last_updated"): NOW, ("contracts", "created_at"): NOW,
    ("events", "created_at"): NOW, ("contracts", "signed_status"): "false",
}  # fmt: skip

INDEXES = {
    "idx_user_email": "users USING btree (email)",
    "idx_client_sales_contact": "clients USING btree (sales_contact_id)",
    "idx_contract_client": "contracts USING btree (client_id)",
    "idx_event_support_contact": "events USING btree (support_contact_id)",
    "idx_event_contract": "events USING btree (contract_id)",
}

REFERENCES = {
    ("clients", "sales_contact_id", "users"), ("contracts", "client_id", "clients"),
    ("contracts", "sales_contact_id", "users"), ("events", "contract_id", "contracts"),
    ("events", "client_id", "clients"), ("events", "support_contact_id", "users"),
}  # fmt: skip


def rows(sql: Cursor, query: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return all rows of a query."""
    sql.execute(query, parameters)
    return sql.fetchall()


@pytest.mark.parametrize("table", COLUMNS)
def test_table_has_the_columns_of_the_client(sql: Cursor, table: str) -> None:
    found = rows(
        sql,
        "SELECT attname || CASE WHEN attnotnull THEN '' ELSE '?' END,"
        " CASE WHEN pg_get_serial_sequence(%s, attname) IS NULL"
        "  THEN format_type(atttypid, atttypmod) ELSE 'serial' END"
        " FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " ORDER BY attnum",
        (table, table),
    )
    expected = list(COLUMNS[table].items())
    # In the same order, and before whatever was added later.
    assert found[: len(expected)] == expected


@pytest.mark.parametrize(("place", "default"), DEFAULTS.items(), ids=str)
def test_column_has_a_default(sql: Cursor, place: tuple[str, str], default: str) -> None:
    assert rows(
        sql,
        "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute"
        " ON attrelid = adrelid AND attnum = adnum WHERE adrelid = %s::regclass AND attname = %s",
        place,
    ) == [(default,)]


@pytest.mark.parametrize(("name", "definition"), INDEXES.items(), ids=str)
def test_index_of_the_client_exists(sql: Cursor, name: str, definition: str) -> None:
    found = rows(sql, "SELECT indexdef FROM pg_indexes WHERE indexname = %s", (name,))
    assert found == [(f"CREATE INDEX {name} ON public.{definition}",)]


def test_references_are_those_of_the_client(sql: Cursor) -> None:
    found = rows(
        sql,
        "SELECT conrelid::regclass::text, attname::text, confrelid::regclass::text"
        " FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]"
        " WHERE contype = 'f' AND cardinality(conkey) = 1",
    )
    assert set(found) >= REFERENCES


def test_keys_are_those_of_the_client(sql: Cursor) -> None:
    found = rows(
        sql,
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype IN ('p', 'u')",
    )
    assert set(found) >= {
        *((table, "PRIMARY KEY (id)") for table in COLUMNS),
        ("users", "UNIQUE (email)"),
        ("clients", "UNIQUE (email)"),
    }


def test_text_sorts_the_same_on_every_server(sql: Cursor) -> None:
    assert not rows(
        sql,
        "SELECT attrelid::regclass, attname FROM pg_attribute JOIN pg_collation c"
        " ON c.oid = attcollation WHERE attrelid = ANY (ARRAY['users', 'clients', 'contracts',"
        " 'events']::regclass[]) AND (attname = 'email' OR attname LIKE '%%\\_folded')"
        " AND collname <> 'C'",
    )
