from decimal import Decimal

from support.company import Company
from support.database import Database

from crm.database.transaction import Transaction
from crm.queries import payment
from crm.queries.listing import Request
from crm.queries.pages import read_page, read_record


def test_a_payment_is_shown_with_all_fields(tx: Transaction) -> None:
    row = read_record(tx, payment.LISTING, 1)
    assert row is not None
    shown = dict(zip([field.name for field in payment.LISTING.fields], row, strict=True))
    assert (shown["contract_id"], shown["amount"], shown["kind"]) == (3, Decimal(2000), "OPENING")
    assert read_record(tx, payment.LISTING, 999_999) is None


def test_payments_are_found_by_what_was_noted(database: Database, company: Company) -> None:
    connection = database.owner()
    connection.cursor().execute(
        "INSERT INTO payments (contract_id, amount, method, reference)"
        " VALUES (2, 12, 'virement', 'Réf-77')"
    )
    connection.close()
    with database.as_user(company.manager) as tx:
        found = read_page(
            tx, payment.LISTING, Request(("amount",), {"contract": 2}, search="ref 77")
        )
        assert found.rows == [(Decimal("12.00"),)]
        assert not read_page(tx, payment.LISTING, Request(search="77 cheque")).rows
