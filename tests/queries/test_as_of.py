"""A record as it was, held against what its listing said at that moment."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company

from crm.database.transaction import Transaction
from crm.queries import client, contract, event, user
from crm.queries.as_of import DERIVED, AsOf, read_as_of
from crm.queries.listing import Listing
from crm.queries.pages import read_record
from crm.services import client as clients
from crm.services import contract as contracts
from crm.services import event as events
from crm.services import payment as payments
from crm.services import undo
from crm.services import user as users

TODAY = datetime.now(ZoneInfo("Europe/Paris")).date()
LISTINGS: dict[str, Listing] = {
    "clients": client.LISTING, "contracts": contract.LISTING, "events": event.LISTING,
    "users": user.LISTING,
}  # fmt: skip
# The moment of a write is that of its transaction's beginning; the audit's is a little later.
MOVED = {"updated_at", "last_updated"}


def look(company: Company, table: str, record_id: int, moment: datetime) -> AsOf | None:
    with company.database.as_user(company.support) as tx:
        return read_as_of(tx, LISTINGS[table], record_id, moment, TODAY)


def clock(owner: Connection) -> datetime:
    cursor = owner.cursor()
    cursor.execute("SELECT timezone('utc', clock_timestamp())")
    ((now,),) = cursor.fetchall()
    assert isinstance(now, datetime)
    return now


def rows(company: Company) -> dict[tuple[str, int], Any]:
    """Every record, as its listing has it."""
    with company.database.as_user(company.manager) as tx:
        return {
            (table, number): row
            for table, listing in LISTINGS.items()
            for number in range(1, 9)
            if (row := read_record(tx, listing, number))
        }


def do(company: Company, act: Callable[[Transaction], object]) -> None:
    with company.database.as_user(company.manager) as tx:
        act(tx)


def test_every_field_of_a_listing_is_known_of_the_past(owner: Connection) -> None:
    cursor = owner.cursor()
    for table, listing in LISTINGS.items():
        cursor.execute(
            f"SELECT DISTINCT jsonb_object_keys(audit_values(to_jsonb(t))) FROM {table} t"
        )
        columns = {name for (name,) in cursor.fetchall()}
        known = columns | DERIVED.get(listing.noun, {}).keys() | MOVED | {"id", "version"}
        assert {field.name for field in listing.fields} - known == set(), table


def test_what_was_received_is_as_it_was(company: Company, owner: Connection) -> None:
    def then(moment: datetime) -> tuple[Any, Any, Any]:
        found = look(company, "contracts", 2, moment)
        assert found
        assert found.row
        return found.row.received, found.row.amount_due, found.row.status

    moments = [clock(owner)]
    for act in (
        lambda tx: contracts.adjust(tx, 2, Decimal(1500), "as agreed"),
        lambda tx: payments.pay(tx, 2, amount="600"),
    ):
        do(company, act)
        moments.append(clock(owner))
    assert [then(moment) for moment in moments] == [
        (0, 2000, "SIGNED"), (0, 1500, "SIGNED"), (600, 900, "PARTLY_PAID"),
    ]  # fmt: skip


@pytest.mark.proof
def test_each_record_is_as_it_was_after_each_step(company: Company, owner: Connection) -> None:
    steps: list[Callable[[Transaction], object]] = [
        lambda tx: clients.update(tx, 1, {"full_name": "[red]É%", "phone": "+33611111111"}),
        lambda tx: clients.transfer(tx, 1, company.sales2),
        lambda tx: contracts.sign(tx, company.draft),
        lambda tx: payments.pay(tx, company.signed, amount="400.50"),
        lambda tx: payments.pay(tx, company.signed, amount="1599.50"),
        lambda tx: events.update(tx, 1, {"notes": "a\nb", "attendees": 9}),
        lambda tx: events.delete(tx, 1),
        lambda tx: users.update(tx, 3, {"last_name": "Other"}),
        lambda tx: users.deactivate(tx, company.support2),
        lambda tx: undo.undo(tx, _number(tx, "events", 1)),
        lambda tx: events.assign(tx, 2, company.support),
    ]
    moments = []
    for step in steps:
        moments.append((clock(owner), rows(company)))
        do(company, step)
    moments.append((clock(owner), rows(company)))
    for moment, was in moments:
        for (table, number), row in was.items():
            found = look(company, table, number, moment)
            assert found is not None
            assert found.row is not None
            names = [field.name for field in LISTINGS[table].fields]
            told = dict(zip(names, found.row, strict=True))
            then = dict(zip(names, row, strict=True))
            for name in MOVED & told.keys():
                assert abs((told.pop(name) - then.pop(name)).total_seconds()) < 1
            assert told == then


def _number(tx: Transaction, table: str, record_id: int) -> int:
    found = tx.value(
        "SELECT max(transaction_id) FROM audit_list WHERE (table_name, record_id) = (%s, %s)",
        (table, record_id),
    )
    return int(found)


def test_before_it_was_created_and_after_it_was_deleted_there_is_none(
    company: Company, owner: Connection
) -> None:
    before = clock(owner)
    values = {"full_name": "Zoé", "email": "zoe@z.example", "phone": "+33612345678"}
    do(company, lambda tx: clients.create(tx, sales_contact_id=3, company_name="Z", **values))
    between = clock(owner)
    do(company, lambda tx: clients.delete(tx, 4))
    early, alive, late = (
        look(company, "clients", 4, moment) for moment in (before, between, clock(owner))
    )
    assert early
    assert alive
    assert late
    assert (early.row, late.row) == (None, None)
    assert alive.row
    assert alive.row[1] == "Zoé"
    assert early.since
    assert before < early.since < between
    assert late.until
    assert late.until > between
    assert not early.older
    assert look(company, "clients", 99, between) is None


def test_what_was_entered_later_than_it_was_created_is_not_known(
    company: Company, owner: Connection
) -> None:
    owner.cursor().execute(
        "INSERT INTO events (name, contract_id, client_id, client_contact, start_date, end_date,"
        " location, attendees, created_at)"
        " VALUES ('N', 2, 1, 'N', '2031-01-01', '2031-01-02', 'N', 1, '2020-01-01')"
    )
    found = look(company, "events", 4, datetime.fromisoformat("2021-01-01"))
    assert found
    assert found.row is None
    assert found.older
    earlier = look(company, "events", 4, datetime.fromisoformat("2019-01-01"))
    assert earlier
    assert not earlier.older


def test_records_from_before_the_audit_are_as_they_are(company: Company, owner: Connection) -> None:
    cursor = owner.cursor()
    cursor.execute("TRUNCATE audit_entries; UPDATE clients SET created_at = '2020-01-01'")
    cursor.execute("TRUNCATE audit_entries")
    found = look(company, "clients", 1, datetime.fromisoformat("2021-01-01"))
    assert found
    assert found.row
    assert (found.row[1], found.transaction) == ("Éléonore Lefèvre", None)
    earlier = look(company, "clients", 1, datetime.fromisoformat("2019-01-01"))
    assert earlier
    assert earlier.row is None
    assert earlier.since == datetime.fromisoformat("2020-01-01")


def test_what_was_blanked_stays_blank(company: Company, owner: Connection) -> None:
    moment = clock(owner)
    do(company, lambda tx: events.update(tx, 1, {"notes": "N", "attendees": 9}))
    owner.cursor().execute(
        """
        UPDATE audit_entries
        SET changes = '{"notes": [{"erased": true}, "N"], "attendees": [75, 9]}'
        WHERE table_name = 'events' AND action = 'UPDATE'
        """
    )
    found = look(company, "events", 1, moment)
    assert found
    assert found.row
    assert "(erased)" in found.row
    assert 75 in found.row


@pytest.mark.parametrize("who", ["sales", "support", "manager"])
def test_everybody_reads_the_past(company: Company, owner: Connection, who: str) -> None:
    with company.database.as_user(getattr(company, who)) as tx:
        assert read_as_of(tx, client.LISTING, 3, clock(owner), TODAY)
