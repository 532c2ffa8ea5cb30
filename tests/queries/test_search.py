from collections.abc import Iterator

import pytest
from support.crowd import MANAGER, SALES
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


@pytest.fixture
def callers(crowd: Database) -> Iterator[Transaction]:
    """A transaction among people of a hundred phone numbers, of which nothing is kept."""
    with crowd.as_user(MANAGER, dry_run=True) as tx:
        tx.execute(
            "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
            " SELECT name, name_id || '@callers.example', phone, company, 3"
            " FROM (VALUES (1, 'Sean O’Mara', '+33755501234', 'Mara'),"
            " (2, 'Jean-Pierre Roux', '+442079460958', 'Coca-Cola'),"
            " (3, 'Jo Roy', '+262692123456', 'Salon D''Été')) each (name_id, name, phone, company)"
        )
        tx.execute(
            "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
            " SELECT 'Anne Royer', 'royer' || n || '@callers.example', '+337000000' || n, 'A', 3"
            " FROM generate_series(10, 30) n"
        )
        tx.execute(
            "INSERT INTO payments (contract_id, amount, reference)"
            " VALUES (2, 1, 'INV-2026-014'), (5, 1, 'inv 2026/0145'), (5, 1, 'VIR Éléonore')"
        )
        yield tx


def names(tx: Transaction, text: str, limit: int = 10) -> list[str]:
    return [row.full_name for row in search_everything(tx, text, limit)["clients"].rows]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # Any notation, from home, from abroad, with what people put between the digits.
        *((text, "Sean O’Mara") for text in (
            "0755501234", "07 55 50 12 34", "07.55.50.12.34", "07-55-50-12-34", "+33 7 55 50 12 34",
            "+33 (0)7 55 50 12 34", "0033755501234", "+33755501234", "33755501234",
            "07 55 50 12 34 poste 12", "+33755501234;ext=7",
            " 07/55/50/12/34 ",
            "07\u00a055\u202f50\u00a012\u201134",
            # Its end, from four digits on, also beside a name.
            "1234", "50 12 34", "mara 501234", "o'mara 1234",
        )),
        *((text, "Jean-Pierre Roux") for text in (
            "020 7946 0958", "+44 20 7946 0958", "(020) 7946-0958", "0044 20 79460958", "0958",
        )),
        *((text, "Jo Roy") for text in ("0692 12 34 56", "692123456", "3456")),
        # Without the apostrophe or the hyphen, and with another one.
        ("omara", "Sean O’Mara"), ("o'mara", "Sean O’Mara"), ("OMAR", "Sean O’Mara"),
        ("jeanpierre", "Jean-Pierre Roux"), ("jean-pierre", "Jean-Pierre Roux"),
        ("jean pierre roux", "Jean-Pierre Roux"), ("cocacola", "Jean-Pierre Roux"),
        ("dete salon", "Jo Roy"),
    ],
)  # fmt: skip
def test_a_caller_is_found_by_number_or_by_name_as_it_is_typed(
    callers: Transaction, text: str, found: str
) -> None:
    assert names(callers, text) == [found]


@pytest.mark.parametrize("text", ["234", "0755501235", "~4321", "+0", "1234 5", "#1234"])
def test_three_digits_or_others_are_nobody_s_number(callers: Transaction, text: str) -> None:
    assert "Sean O’Mara" not in names(callers, text)


def test_whole_words_come_before_beginnings_however_new(callers: Transaction) -> None:
    assert names(callers, "roy") == ["Jo Roy"] + ["Anne Royer"] * 9
    assert names(callers, "roy", limit=2) == ["Jo Roy", "Anne Royer"]
    assert search_everything(callers, "roy")["clients"].total == 22


def test_an_id_finds_the_record_of_each_kind_and_says_nothing_more_with_a_sign(
    callers: Transaction,
) -> None:
    assert ids(callers, "#3") == {"clients": [3], "contracts": [3], "events": [3], "users": [3]}
    assert ids(callers, "3")["contracts"] == [3]
    assert ids(callers, " #2147483647 ") == ids(callers, "#2147483648") == ids(callers, "#0")
    # A phone number with its 0 is no id.
    assert ids(callers, "03")["contracts"] == []


@pytest.mark.parametrize(
    ("text", "contracts"),
    [
        ("INV-2026-014", [5, 2]), ("inv2026014", [5, 2]), ("inv 2026 0145", [5]),
        ("vir eleonore", [5]), ("iv", []), ("2026-014", []),
    ],
)  # fmt: skip
def test_a_contract_is_found_by_the_reference_of_its_payment(
    callers: Transaction, text: str, contracts: list[int]
) -> None:
    found = search_everything(callers, text)["contracts"]
    assert ([row.id for row in found.rows], found.total) == (contracts, len(contracts))


def test_an_erased_client_has_no_number(callers: Transaction) -> None:
    erased = names(callers, "", 1) + names(callers, "000000")
    assert "39" not in erased
    assert 39 not in ids(callers, "+33600000035")["clients"]
