"""Contracts and events are named by words, as clients are."""

from collections.abc import Iterator

import pytest
from support.crowd import MANAGER
from support.database import Database

from crm.database.transaction import Transaction
from crm.domain.errors import NotFound, UsageFault
from crm.queries.lookup import find_lasting_id, find_record_id


@pytest.fixture
def planned(crowd: Database) -> Iterator[Transaction]:
    """A transaction with events whose names begin alike, of which nothing is kept."""
    with crowd.as_user(MANAGER, dry_run=True) as tx:
        tx.execute(
            "INSERT INTO events (name, contract_id, client_id, client_contact, start_date,"
            " end_date, location, attendees)"
            " SELECT name, 5, 3, 'Jo', '2031-07-13 22:30', '2031-07-14', 'Lyon', 1"
            " FROM unnest(ARRAY['Bal', 'Bal d''hiver', 'Balade']) name"
        )
        tx.execute(
            "INSERT INTO payments (contract_id, amount, reference) VALUES (2, 1, 'INV-2026-014')"
        )
        yield tx


@pytest.mark.parametrize(
    ("noun", "text", "found"),
    [
        ("contract", "12", 12), ("contract", "#12", 12), ("contract", " 007 ", 7),
        ("contract", "inv-2026-014", 2), ("contract", "kevin casey", 4), ("contract", "startup", 4),
        ("contract", "+678 123 456 78", 4),
        ("event", "#2", 2), ("event", "general assembly", 2), ("event", "mufflins", 2),
        ("client", "#2", 2), ("user", "#3", 3),
        ("client", "06 12 34 56 78", 1), ("client", "0612345678", 1), ("client", "33612345678", 1),
        ("client", "+33 (0)6 12 34 56 78", 1), ("user", "+45 20 00 00 00", 12),
    ],
)  # fmt: skip
def test_a_record_is_meant_by_what_only_it_has(
    planned: Transaction, noun: str, text: str, found: int
) -> None:
    assert find_record_id(planned, noun, text) == find_lasting_id(planned, noun, text) == found


@pytest.mark.parametrize(
    ("text", "found"), [("bal", "Bal"), ("BAL D’HIVER", "Bal d'hiver"), ("bala", "Balade")]
)
def test_a_whole_name_goes_before_words_and_words_before_their_beginnings(
    planned: Transaction, text: str, found: str
) -> None:
    event_id = find_record_id(planned, "event", text)
    assert planned.value("SELECT name FROM event_list WHERE id = %s", (event_id,)) == found


def test_several_contracts_are_listed_with_what_tells_them_apart(planned: Transaction) -> None:
    with pytest.raises(UsageFault) as raised:
        find_record_id(planned, "contract", "lefevre")
    assert raised.value.code == "ambiguous_reference"
    assert raised.value.message == (
        "“lefevre” matches several contracts: 3 Éléonore Lefèvre, €3,000.00;"
        " 2 Éléonore Lefèvre, €2,000.00; 1 Éléonore Lefèvre, €1,000.00."
    )
    matches = raised.value.details["matches"]
    assert isinstance(matches, list)
    assert matches[0] == {"id": 3, "name": "Éléonore Lefèvre", "total_amount": "€3,000.00"}


def test_several_events_are_listed_by_their_day_in_the_company_s_zone(planned: Transaction) -> None:
    with pytest.raises(UsageFault) as raised:
        find_record_id(planned, "event", "lyon")
    assert "Balade, 2031-07-14; " in raised.value.message
    with pytest.raises(UsageFault, match=r"; …\.$"):
        find_record_id(planned, "event", "contact")


@pytest.mark.parametrize("noun", ["contract", "event", "client", "user"])
@pytest.mark.parametrize("text", ["zzqx", "%", "", "#", "x" * 400, "\0", "12x34567890"])
def test_nothing_like_it_is_not_found(planned: Transaction, noun: str, text: str) -> None:
    with pytest.raises(NotFound):
        find_record_id(planned, noun, text)


@pytest.mark.parametrize("text", ["5678", "345678", "12 34 56"])
def test_the_end_of_a_number_means_nobody(planned: Transaction, text: str) -> None:
    # A search finds whom it ends; a command that writes asks for more.
    with pytest.raises(NotFound):
        find_record_id(planned, "client", text)


def test_a_number_of_several_people_lists_them(planned: Transaction) -> None:
    with pytest.raises(UsageFault) as raised:
        find_record_id(planned, "user", "06 00 00 00 02")
    assert raised.value.code == "ambiguous_reference"
