import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.crowd import SALES
from support.oracle import LISTINGS, Records, expected_ids, plan, sortable, sorts, walk

from crm.database.transaction import Transaction
from crm.queries import client, contract, event
from crm.queries.listing import Request, Sort
from crm.queries.pages import read_page

NOUNS = sorted(LISTINGS)


@pytest.mark.parametrize(
    ("noun", "name"),
    [(noun, name) for noun in NOUNS for name in sortable(LISTINGS[noun])],
)
@pytest.mark.parametrize("descending", [False, True])
def test_every_order_is_walked_from_end_to_end(
    tx: Transaction, records: Records, noun: str, name: str, descending: bool
) -> None:
    listing = LISTINGS[noun]
    request = Request(sort=((name, descending),))
    ids = expected_ids(records, listing, request)
    assert len(ids) == len(records[noun])
    assert walk(tx, listing, request, 5) == ids


@pytest.mark.parametrize("noun", NOUNS)
def test_orders_by_several_keys_are_walked_from_end_to_end(
    tx: Transaction, records: Records, noun: str
) -> None:
    listing = LISTINGS[noun]

    @settings(max_examples=60, deadline=None)
    @given(sorts(listing, 2), st.integers(1, 20))
    def check(sort: Sort, size: int) -> None:
        request = Request(sort=sort)
        assert walk(tx, listing, request, size) == expected_ids(records, listing, request)

    check()


@pytest.mark.parametrize("noun", NOUNS)
def test_what_can_be_sorted_by_is_declared_nullable_where_it_can_be_null(
    records: Records, noun: str
) -> None:
    listing = LISTINGS[noun]
    # Nobody in the crowd forgot a value: a key without one would lose its record between pages.
    have_gaps = {
        field.name
        for field in listing.fields
        if field.sort and any(each[field.sort] is None for each in records[noun])
    }
    assert have_gaps == listing.nullable


def test_text_sorts_without_accents_or_case_and_ties_break_on_the_id(tx: Transaction) -> None:
    request = Request(("full_name", "id"), search="e", sort=(("full_name", False),))
    rows = read_page(tx, client.LISTING, request).rows
    assert [row[0] for row in rows if "mil" in row[0].lower()] == [
        *["Emile Zola"] * 2,
        *["Émilie du Châtelet"] * 2,
        *["Zoé Émile", "zoe emile", "ZOË ÉMILE"] * 2,
    ]
    ids = [row[1] for row in rows if row[0].lower().startswith("zo")]
    assert ids == sorted(ids)


def test_what_has_no_value_is_last_in_both_directions(tx: Transaction) -> None:
    for descending in (False, True):
        rows = read_page(
            tx,
            event.LISTING,
            Request(("support_contact",), sort=(("support_contact", descending),)),
        ).rows
        contacts = [row[0] for row in rows]
        first_gap = contacts.index(None)
        assert first_gap > 0
        assert set(contacts[first_gap:]) == {None}


def test_the_default_order_is_the_newest_first_and_events_by_start(tx: Transaction) -> None:
    ids = [row[0] for row in read_page(tx, client.LISTING, Request(("id",))).rows]
    assert ids == sorted(ids, reverse=True)
    starts = [row[0] for row in read_page(tx, event.LISTING, Request(("start_date",))).rows]
    assert starts == sorted(starts)


def test_after_a_record_that_the_filters_leave_out_the_order_goes_on(tx: Transaction) -> None:
    request = Request(("id",), {"sales": SALES}, sort=(("full_name", False),))
    everybody = read_page(tx, client.LISTING, Request(("id",), sort=request.sort)).rows
    of_sales = read_page(tx, client.LISTING, request).rows
    place = next(n for n, row in enumerate(everybody) if row not in of_sales and n > 5)
    following = [row for row in everybody[place:] if row in of_sales]
    found = read_page(
        tx,
        client.LISTING,
        Request(("id",), request.filters, request.sort, after=everybody[place][0]),
    )
    assert found.rows == following


@pytest.mark.parametrize(
    ("noun", "name"), [(n, f) for n in NOUNS for f in sorted(LISTINGS[n].indexed)]
)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("after", [None, 3])
def test_an_indexed_order_is_read_from_its_index(
    tx: Transaction, noun: str, name: str, descending: bool, after: int | None
) -> None:
    # The crowd is small; what is asked is whether the index could serve at all.
    tx.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    found = plan(tx, LISTINGS[noun], Request(sort=((name, descending),), after=after))
    assert " Sort\n" not in found.replace("Incremental Sort", "")  # emails are unique
    if after:
        # An index on one column begins near the place, one on both right behind the record.
        begins = {"id": r"\(id [<>]", "email": r"\(\(email\)::text [<>]"}.get(name, r"\(ROW\(")
        assert re.search(f"Index Cond: {begins}", found)


def test_orders_that_mix_directions_begin_at_their_place_in_the_index(tx: Transaction) -> None:
    tx.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    sort = (("company_name", True), ("created_at", False))
    found = plan(tx, client.LISTING, Request(sort=sort, after=3))
    assert "Index Cond: (company_name_folded <=" in found
    found = plan(tx, contract.LISTING, Request(sort=(("client", False),), after=3))
    assert "Index Cond: (full_name_folded >=" in found


@pytest.mark.parametrize(
    ("noun", "filters", "index"),
    [
        ("event", {"no_support": True}, "ix_events_unassigned"),
        ("contract", {"signed": False}, "ix_contracts_unsigned"),
        ("contract", {"paid": False}, "ix_contracts_unpaid"),
    ],
)
def test_what_waits_for_somebody_is_read_in_order_from_its_partial_index(
    tx: Transaction, noun: str, filters: dict[str, bool], index: str
) -> None:
    tx.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    assert index in plan(tx, LISTINGS[noun], Request(filters=filters))
