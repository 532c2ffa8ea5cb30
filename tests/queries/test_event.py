from support.crowd import NOW
from support.database import Database

from crm.database.transaction import Transaction, connect, transaction
from crm.queries import client, contract, event
from crm.queries.pages import read_record
from crm.queries.related import read_related


def test_an_event_is_shown_with_all_fields(tx: Transaction) -> None:
    row = read_record(tx, event.LISTING, 2)
    assert row is not None
    shown = dict(zip([field.name for field in event.LISTING.fields], row, strict=True))
    assert shown["client"] == "Kevin Casey"
    assert shown["client_contact"] == "Kevin"
    assert shown["support_contact_id"] is None
    assert shown["support_contact"] is None
    assert read_record(tx, event.LISTING, 999_999) is None


def test_an_event_comes_with_its_contract_and_how_to_reach_its_client(tx: Transaction) -> None:
    found = read_related(tx, "event", 1, NOW)
    assert found["contract"].fields == contract.LISTING.fields
    assert found["client"].fields == client.LISTING.fields
    assert found["contract"].rows == [read_record(tx, contract.LISTING, 2)]
    assert found["client"].rows == [read_record(tx, client.LISTING, 1)]
    assert "+33612345678" in found["client"].rows[0]


def test_whose_a_calendar_is_everybody_learns_who_connects(crowd: Database) -> None:
    with crowd.as_user(1) as mine, crowd.as_user(5) as theirs:
        assert event.read_installation(mine) == event.read_installation(theirs)
        assert len(event.read_installation(mine)) == 36
    connection = connect(crowd.app)
    with transaction(connection, None) as nobody:
        assert event.read_installation(nobody) == crowd.installation()
    connection.close()


def test_a_sheet_has_a_value_for_every_field(tx: Transaction) -> None:
    found = dict(zip([field.name for field in event.SHEET], event.read_sheet(tx, 1), strict=True))
    assert found["client_phone"] == "+33612345678"
    assert (found["sales_contact"], found["support_contact"]) == ("Sophie Simon", "Paul Petit")
    assert event.read_sheet(tx, 2)[17:20] == (None, None, None)
