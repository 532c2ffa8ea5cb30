import pytest
from support.crowd import (
    LEFT,
    LEFT_UNSIGNED,
    LEFT_WITHOUT_RECORDS,
    MANAGER,
    NOW,
    SALES,
    SUPPORT,
)
from support.oracle import LISTINGS, Records, expected_ids

from crm.database.transaction import Transaction
from crm.queries import user
from crm.queries.listing import Request
from crm.queries.pages import read_record


def test_a_colleague_is_shown_with_all_fields_but_no_password(tx: Transaction) -> None:
    row = read_record(tx, user.LISTING, SALES)
    assert row is not None
    assert row[:7] == (
        SALES, "Sophie", "Simon", "sophie@epicevents.example", None, "SALES", True
    )  # fmt: skip
    assert not any("argon2" in str(value) for value in row)
    assert read_record(tx, user.LISTING, 999_999) is None


@pytest.mark.parametrize(
    "person", [MANAGER, SALES, SUPPORT, LEFT, LEFT_UNSIGNED, LEFT_WITHOUT_RECORDS, 999_999]
)
def test_what_depends_on_somebody_is_counted(
    tx: Transaction, records: Records, person: int
) -> None:
    def number(noun: str, **filters: object) -> int:
        return len(expected_ids(records, LISTINGS[noun], Request(filters=filters)))

    unsigned = number("contract", sales=person, signed=False, open=True)
    due = number("contract", sales=person, signed=True, paid=False)
    to_refund = number("contract", sales=person, to_refund=True)
    found = user.count_references(tx, person, NOW)
    assert found == {
        "clients": number("client", sales=person),
        "contracts": number("contract", sales=person),
        "open_contracts": unsigned + due + to_refund,
        "events": number("event", support=person),
        "upcoming_events": number("event", support=person, upcoming=NOW),
        "payments": 0,
        "log_entries": 0,
        "open_tasks": 0,
        "signatures": 0,
    }
    if person == SALES:
        assert 0 < found["open_contracts"] < found["contracts"]
    if person == SUPPORT:
        assert 0 < found["upcoming_events"] < found["events"]
