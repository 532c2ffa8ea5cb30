"""What is read does not grow with the tables where the answer does not.

Rows are counted instead of seconds, in a company of thousands of records of others.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from support.database import Database

from crm.database.transaction import Transaction
from crm.domain.errors import NotFound
from crm.queries import client, contract, reference
from crm.queries.listing import Listing, Request
from crm.queries.pages import read_page
from crm.services import portfolio, undo, user

OTHERS = 10_000  # clients and contracts of Samuel, SALES2 of the company
FEW = 1_000

Act = Callable[[Transaction], object]


@pytest.fixture(scope="module")
def large(company_template: dict[str, str]) -> Iterator[Database]:
    """The company, and among its clients and contracts thousands of Samuel's."""
    database = Database(company_template)
    database.lend = False
    database.create()
    connection = database.owner()
    connection.cursor().execute(
        f"""
        RESET ROLE;
        SET session_replication_role = replica;
        INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)
        SELECT 'Martin ' || i % 20, i || '@crowd.example', '+33612345678', 'Crowd', 4
        FROM generate_series(1, {OTHERS}) i;
        INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due)
        SELECT id, sales_contact_id, 1000, 1000 FROM clients WHERE company_name = 'Crowd';
        """
    )
    connection.cursor().execute("VACUUM ANALYZE")
    connection.close()
    yield database
    database.drop()


def rows_read(tx: Transaction) -> int:
    """How many rows of the business tables this transaction has read."""
    return int(
        tx.value(
            "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables"
            " WHERE relname IN ('clients', 'contracts', 'events', 'payments')"
        )
    )


def undo_a_change(tx: Transaction) -> None:
    undo.undo(tx, undo.find_latest(tx))


@pytest.mark.parametrize(
    "act",
    [
        lambda tx: portfolio.transfer_all(tx, 3, 4),
        lambda tx: portfolio.transfer_all(tx, 3, 4, include_settled=True),
        undo_a_change,
    ],
    ids=["transfer", "transfer of all", "undo"],
)
def test_what_a_few_records_are_written_for_reads_few(large: Database, act: Act) -> None:
    with large.as_user(1) as tx:
        user.update(tx, 3, {"phone": "+33612345678"})
    with large.as_user(1, dry_run=True) as tx:
        act(tx)
        assert rows_read(tx) < FEW


@pytest.mark.parametrize(
    ("listing", "request_"),
    [
        (client.LISTING, Request(search="nobody")),
        (client.LISTING, Request(search="nobody", sort=(("full_name", False),))),
        (client.LISTING, Request(search="nobody", sort=(("sales_contact", True),))),
        (client.LISTING, Request(search="lefe", filters={"sales": 3})),
        (client.LISTING, Request(search="marie", mine=True)),
        (client.LISTING, Request(filters={"company": "nobody"})),
        (contract.LISTING, Request(search="nobody")),
        (contract.LISTING, Request(search="nobody", sort=(("client", False),))),
        (contract.LISTING, Request(search="lefe", sort=(("amount_due", True),))),
        (client.LISTING, Request(search="06 98 76 54 32")),
        (client.LISTING, Request(search="5432", sort=(("full_name", False),))),
        (contract.LISTING, Request(search="06 98 76 54 32")),
        (contract.LISTING, Request(search="#71")),
        (contract.LISTING, Request(search="INV-2026-014")),
        (client.LISTING, Request(search="martin", whole_first=True)),
        (client.LISTING, Request(search="casey", whole_first=True)),
        (client.LISTING, Request(search="martin")),
        (contract.LISTING, Request(search="martin")),
        (client.LISTING, Request(search="martin crowd", sort=(("company_name", True),))),
    ],
    ids=lambda each: each.noun if isinstance(each, Listing) else "",
)
def test_a_page_of_what_has_rare_or_common_words_reads_few(
    large: Database, listing: Listing, request_: Request
) -> None:
    with large.as_user(4) as tx:
        # Thousands are still few enough to be read one after the other, or joined as a whole.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            tx.execute(f"SET LOCAL enable_{way} = off")
        found = read_page(tx, listing._replace(near=FEW // 10), request_._replace(limit=5))
        assert rows_read(tx) < FEW
    assert found.more == ("martin" in str(request_.search))


@pytest.mark.parametrize(
    "text",
    ["kevin@startup.example", "Kevin Casey", "kev", "nobody@no.where", "+678 123 456 78"],
)
def test_one_client_is_found_among_thousands_without_reading_them(
    large: Database, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(client, "LISTING", client.LISTING._replace(near=FEW // 10))
    with large.as_user(4) as tx:
        tx.execute("SET LOCAL enable_seqscan = off")
        with suppress(NotFound):
            assert reference.find_client_id(tx, text) == 2
        assert rows_read(tx) < FEW
