from datetime import date, datetime
from decimal import Decimal

from support.crowd import SALES
from support.oracle import LISTINGS

from crm.database.transaction import Transaction
from crm.queries import contract, payment
from crm.queries.batch import COUNTED, read_batch
from crm.queries.listing import Request
from crm.queries.pages import count_records, read_page


def test_each_listing_is_what_it_would_be_alone(tx: Transaction) -> None:
    wanted = {
        noun: (listing, Request(limit=7, sort=((listing.fields[0].name, False),)))
        for noun, listing in LISTINGS.items()
    }
    together = read_batch(tx, wanted)
    assert list(together) == list(wanted)
    for noun, (listing, request) in wanted.items():
        alone = read_page(tx, listing, request)
        assert together[noun][:3] == (noun, alone.fields, alone.rows)
        for one, other in zip(together[noun].rows, alone.rows, strict=True):
            assert list(map(repr, one)) == list(map(repr, other))


def test_amounts_and_moments_keep_their_type(tx: Transaction) -> None:
    found = read_batch(
        tx,
        {
            "contract": (contract.LISTING, Request(filters={"client": 1}, limit=1)),
            "payment": (payment.LISTING, Request(filters={"contract": 3})),
        },
    )
    row = dict(
        zip([f.name for f in contract.LISTING.fields], found["contract"].rows[0], strict=True)
    )
    assert repr(row["amount_due"]) == repr(Decimal("1000.00"))
    assert type(row["created_at"]) is datetime
    assert row["signed_status"] is True
    row = dict(zip([f.name for f in payment.LISTING.fields], found["payment"].rows[0], strict=True))
    assert type(row["paid_on"]) is date
    assert row["reverses_id"] is None


def test_empty_sections_are_there_and_pages_can_be_continued(tx: Transaction) -> None:
    nothing = read_batch(tx, {"none": (contract.LISTING, Request(filters={"client": 999}))})
    assert nothing["none"].rows == []
    assert nothing["none"].total == 0
    found = read_batch(
        tx,
        {
            "later": (contract.LISTING, Request(("id",), limit=2, after=10)),
            "sold": (contract.LISTING, Request(("id",), {"sales": SALES}, limit=1)),
        },
    )
    assert found["later"].rows == [(9,), (8,)]
    assert found["sold"].total == count_records(
        tx, contract.LISTING, Request(filters={"sales": SALES})
    )
    assert 1 < found["sold"].total < COUNTED
