from support.crowd import NOW
from support.oracle import LISTINGS, Records, expected_ids

from crm.database.transaction import Transaction
from crm.queries import client
from crm.queries.listing import Request
from crm.queries.pages import read_record
from crm.queries.related import read_related


def test_a_client_is_shown_with_all_fields(tx: Transaction) -> None:
    row = read_record(tx, client.LISTING, 2)
    assert row is not None
    assert row[:10] == (
        2, "Kevin Casey", "kevin@startup.example", "+67812345678", "Cool Startup LLC", None, None,
        None, 3, "Sophie Simon",
    )  # fmt: skip
    assert read_record(tx, client.LISTING, 999_999) is None


def test_a_client_comes_with_its_contracts_and_coming_events(
    tx: Transaction, records: Records
) -> None:
    busy = max(
        {record["client_id"] for record in records["event"]},
        key=lambda id_: len(
            expected_ids(
                records, LISTINGS["event"], Request(filters={"client": id_, "upcoming": NOW})
            )
        ),
    )
    found = read_related(tx, "client", busy, NOW)
    assert list(found) == ["tasks", "log", "events", "contracts"]
    for key, noun, filters in (
        ("contracts", "contract", {"client": busy}),
        ("events", "event", {"client": busy, "upcoming": NOW, "cancelled": False}),
    ):
        ids = expected_ids(records, LISTINGS[noun], Request(filters=filters))
        assert [row[0] for row in found[key].rows] == ids
        assert found[key].total == len(ids) > 0
        assert [field.name for field in found[key].fields] == list(LISTINGS[noun].default_fields)


def test_past_events_of_a_client_are_not_coming(tx: Transaction) -> None:
    assert read_related(tx, "client", 3, NOW)["events"].rows == []
