"""The page of the schema is that of the schema, and tells what really happens."""

from collections.abc import Callable

import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.company import Company
from support.database import Database

from crm.database.transaction import Transaction
from tools import schema
from tools.schema_effects import Effects, Write

WRITTEN = """
    SELECT relname::text FROM pg_stat_xact_user_tables
    WHERE schemaname = 'public' AND n_tup_ins + n_tup_upd + n_tup_del > 0
"""


@pytest.fixture
def cursor(database: Database) -> Cursor:
    """The owner's, in a company."""
    return database.owner().cursor()


def test_the_page_is_what_the_tool_writes(cursor: Cursor) -> None:
    assert schema.write_page(cursor) == schema.PAGE.read_text("utf-8"), "run: make readme"


def test_every_view_and_function_says_what_it_is_for(cursor: Cursor) -> None:
    cursor.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind = 'v' AND obj_description(oid, 'pg_class') IS NULL"
        " UNION ALL SELECT oid::regprocedure::text FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL"
    )
    assert cursor.fetchall() == []


def told(effects: Effects, title: str) -> set[str]:
    """The tables that the page says are written, when this happens."""
    if write := schema.HAPPENINGS.get(title):
        lines = [f"`{write.title}`", *effects.lines(write, {write.title})]
    else:
        lines = [*effects.function_lines("erase_client", set())]
    tables = {name for name in effects.files if ("TABLE", name) in effects.files[name].made}
    return {table for table in tables for line in lines if f" {table}`" in line}


def pay(tx: Transaction, company: Company) -> None:
    tx.execute("INSERT INTO payments (contract_id, amount) VALUES (%s, 10)", (company.partly_paid,))


def sign(tx: Transaction, company: Company) -> None:
    tx.execute("UPDATE contracts SET signed_status = true WHERE id = %s", (company.draft,))


def erase(tx: Transaction, company: Company) -> None:
    tx.give_reason("asked for it")
    tx.execute("SELECT erase_client(%s)", (company.client,))


@pytest.mark.parametrize(
    ("title", "happen"),
    [
        ("A payment is inserted", pay),
        ("A contract is signed", sign),
        ("A client is erased", erase),
    ],
)
def test_what_is_written_is_what_the_page_says(
    company: Company, cursor: Cursor, title: str, happen: Callable[[Transaction, Company], None]
) -> None:
    with company.database.as_user(company.manager) as tx:
        happen(tx, company)
        written = {name for (name,) in tx.rows(WRITTEN)}
    expected = told(Effects(cursor), title)
    assert written <= expected
    if title != "A client is erased":  # what it finds depends on the client
        assert written == expected


def test_a_trigger_of_columns_fires_on_those_alone(cursor: Cursor) -> None:
    effects = Effects(cursor)
    (trigger,) = (t for t in effects.triggers if t.name == "tg_contracts_erased_client_update")
    assert trigger.fires_on(Write("UPDATE", "contracts", frozenset({"client_id"})))
    assert not trigger.fires_on(Write("UPDATE", "contracts", frozenset({"signed_status"})))
    assert not trigger.fires_on(Write("INSERT", "contracts"))
