import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from support.oracle import LISTINGS, Records

from crm.database.transaction import Transaction
from crm.domain.errors import NotFound, UsageFault
from crm.queries import client, contract, event, user
from crm.queries.listing import Listing, Request, Sort, parse_fields, parse_sort, select_fields
from crm.queries.pages import count_records, read_page, read_record

NOUNS = sorted(LISTINGS)


@pytest.mark.parametrize("noun", NOUNS)
def test_fields_are_columns_of_the_view_and_each_id_stands_before_its_readable_partner(
    tx: Transaction, records: Records, noun: str
) -> None:
    names = [field.name for field in LISTINGS[noun].fields]
    assert set(names) <= set(records[noun][0])
    for index, name in enumerate(names[:-1]):
        if name.removesuffix("_id") in names and name.endswith("_id"):
            assert names[index + 1] == name.removesuffix("_id")


@pytest.mark.parametrize(
    ("listing", "columns"),
    [
        (
            client.LISTING,
            "id full_name email phone company_name sales_contact_id created_at last_updated",
        ),
        (
            contract.LISTING,
            "id client_id sales_contact_id total_amount amount_due created_at signed_status",
        ),
        (
            event.LISTING,
            "id name contract_id client_id client_contact start_date end_date"  # noqa: ISC004
            " support_contact_id location attendees notes",
        ),
        (user.LISTING, "id first_name last_name email phone role created_at updated_at"),
    ],
)
def test_fields_keep_the_names_and_the_order_of_the_schema(listing: Listing, columns: str) -> None:
    names = [field.name for field in listing.fields]
    assert [name for name in names if name in columns.split()] == columns.split()


def test_a_page_says_whether_more_follow(tx: Transaction) -> None:
    total = count_records(tx, client.LISTING, Request())
    assert read_page(tx, client.LISTING, Request(limit=total - 1)).more
    whole = read_page(tx, client.LISTING, Request(limit=total))
    assert not whole.more
    assert len(whole.rows) == total
    assert not read_page(tx, client.LISTING, Request()).more
    assert read_page(tx, client.LISTING, Request(limit=0)) == (client.LISTING.fields, [], True)


def test_the_first_page_is_followed_by_the_next(tx: Transaction) -> None:
    first = read_page(tx, event.LISTING, Request(("id",), limit=3))
    last = first.rows[-1][0]
    second = read_page(tx, event.LISTING, Request(("id",), limit=3, after=last))
    whole = read_page(tx, event.LISTING, Request(("id",), limit=6))
    assert first.rows + second.rows == whole.rows


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("missing", [0, -1, 999_999, 2_147_483_647])
def test_after_an_unknown_record_nothing_is_listed(
    tx: Transaction, noun: str, missing: int
) -> None:
    with pytest.raises(NotFound) as raised:
        read_page(tx, LISTINGS[noun], Request(after=missing))
    assert str(missing) in raised.value.message
    assert noun in (raised.value.hint or "")


def test_counting_stops_one_above_the_most(tx: Transaction) -> None:
    total = count_records(tx, client.LISTING, Request(limit=1, after=3))
    assert total == count_records(tx, client.LISTING, Request(), most=total)
    assert count_records(tx, client.LISTING, Request(), most=10) == 11
    assert count_records(tx, client.LISTING, Request(search="zzz"), most=10) == 0


def test_values_arrive_as_what_they_are(tx: Transaction) -> None:
    fields = ("total_amount", "signed_status", "created_at", "status", "client_id")
    found = read_page(tx, contract.LISTING, Request(fields, {"client": 1}, sort=(("id", False),)))
    assert found.fields == tuple(contract.LISTING.find_field(name) for name in fields)
    assert [(row[0], row[1], row[3]) for row in found.rows] == [
        (Decimal("1000.00"), False, "DRAFT"),
        (Decimal("2000.00"), True, "SIGNED"),
        (Decimal("3000.00"), True, "PARTLY_PAID"),
    ]
    assert str(found.rows[0][0]) == "1000.00"
    assert all(row[2].tzinfo is None for row in found.rows)


def test_a_record_has_every_field_or_is_none(tx: Transaction) -> None:
    for listing in LISTINGS.values():
        row = read_record(tx, listing, 1)
        assert row is not None
        assert len(row) == len(listing.fields)
        assert row[0] == 1
        assert read_record(tx, listing, 999_999) is None


def test_sort_reads_names_and_minus_signs() -> None:
    def read(text: str) -> Sort:
        return parse_sort(client.LISTING, text)

    assert read("full_name") == (("full_name", False),)
    assert read("-created_at, id") == (("created_at", True), ("id", False))
    assert read("id,-id,full_name") == (("id", False), ("full_name", False))


def test_fields_are_kept_in_their_order_each_once() -> None:
    assert parse_fields(client.LISTING, "phone, id,phone") == ("phone", "id")
    assert select_fields(client.LISTING, Request()) == client.LISTING.fields


@pytest.mark.parametrize("read", [parse_fields, parse_sort])
@pytest.mark.parametrize(
    "text", ["full_nam", "id,fulname", "", "id,", "--id", "*", "version;", "x" * 9999]
)
def test_an_unknown_field_is_told_the_nearest_and_all_others(
    read: Callable[[Listing, str], Any], text: str
) -> None:
    if read is parse_fields and text == "--id":
        text = "-id"
    with pytest.raises(UsageFault) as raised:
        read(client.LISTING, text)
    error = raised.value
    assert (error.code, error.exit_code) == ("unknown_field", 2)
    assert "company_name" in (error.hint or "")
    assert len(error.message) < 100
    if "nam" in text:
        assert error.details["nearest"] == ["full_name"]
        assert "full_name?" in (error.hint or "")


@pytest.mark.parametrize("name", ["search_words", "full_name_folded", "hashed_password"])
def test_hidden_columns_are_no_fields(name: str) -> None:
    for listing in LISTINGS.values():
        with pytest.raises(UsageFault):
            parse_fields(listing, name)
        with pytest.raises(UsageFault):
            parse_sort(listing, name)


def test_only_what_can_be_sorted_is_sorted_by() -> None:
    with pytest.raises(UsageFault, match="notes"):
        parse_sort(event.LISTING, "notes")
    assert parse_fields(event.LISTING, "notes") == ("notes",)


def test_declaring_costs_no_driver_and_reading_no_sqlalchemy() -> None:
    code = """
import sys
from crm.queries import client, contract, dashboard, event, payment, reference, search, user
assert "psycopg2" not in sys.modules
from crm.queries import keyset, statement
assert "sqlalchemy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
