import pytest
from support.crowd import SALES
from support.database import Database

from crm.database.transaction import Transaction, connect, transaction
from crm.domain.rows import Row
from crm.queries.search import LISTINGS, search_everything


def ids(tx: Transaction, text: str) -> dict[str, list[int]]:
    return {
        key: [row[0] for row in found.rows] for key, found in search_everything(tx, text).items()
    }


def test_everything_is_searched_at_once(tx: Transaction) -> None:
    assert ids(tx, "lefèvre") == {"clients": [1], "contracts": [3, 2, 1], "events": [], "users": []}
    assert ids(tx, "GALA") == {"clients": [], "contracts": [], "events": [3], "users": []}
    assert ids(tx, "soph") == {"clients": [], "contracts": [], "events": [], "users": [SALES]}
    found = ids(tx, "eleo")
    assert found["clients"] == [1]
    assert found["events"] == [1]


def test_rows_have_all_fields_as_they_are(tx: Transaction) -> None:
    found = search_everything(tx, "lefe")
    for key, section in found.items():
        assert section.noun == LISTINGS[key].noun
        assert section.fields == LISTINGS[key].fields
        assert all(len(row) == len(section.fields) for row in section.rows)
    names = [field.name for field in LISTINGS["contracts"].fields]
    contract = dict(zip(names, found["contracts"].rows[0], strict=True))
    assert str(contract["amount_due"]) == "1000.00"
    assert contract["client"] == "Éléonore Lefèvre"
    assert contract["status"] == "PARTLY_PAID"


def test_the_newest_come_first_up_to_the_limit_and_the_rest_is_counted(tx: Transaction) -> None:
    found = search_everything(tx, "zoe", limit=2)["clients"]
    assert len(found.rows) == 2
    assert found.rows[0][0] > found.rows[1][0]
    assert found.total == 6


@pytest.mark.parametrize("text", ["", "%", "\0", "\ud800", "a\0b", "x" * 10_000, "'; --", "%zz {}"])
def test_hostile_text_finds_nothing(tx: Transaction, text: str) -> None:
    assert not any(found.rows for found in search_everything(tx, text).values())


def test_it_takes_one_round_trip(crowd: Database) -> None:
    sent = []

    class Counting(Transaction):
        def rows(self, query: object, parameters: object = ()) -> list[Row]:
            sent.append(query)
            return super().rows(query, parameters)  # type: ignore[arg-type]

    with crowd.as_user(SALES) as tx:
        search_everything(Counting(tx.connection, tx.actor), "zoe")
    assert len(sent) == 1


def test_nobody_finds_anything_without_logging_in(crowd: Database) -> None:
    connection = connect(crowd.app)
    with transaction(connection, None) as tx:
        found = search_everything(tx, "e")
    connection.close()
    assert [(section.rows, section.total) for section in found.values()] == [([], 0)] * 4
