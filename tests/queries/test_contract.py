from decimal import Decimal

from support.crowd import NOW

from crm.database.transaction import Transaction
from crm.queries import contract
from crm.queries.pages import read_record
from crm.queries.related import read_related


def test_a_contract_is_shown_with_all_fields(tx: Transaction) -> None:
    row = read_record(tx, contract.LISTING, 3)
    assert row is not None
    shown = dict(zip([field.name for field in contract.LISTING.fields], row, strict=True))
    assert shown["client"] == "Éléonore Lefèvre"
    assert shown["sales_contact"] == "Sophie Simon"
    assert (shown["total_amount"], shown["amount_due"]) == (Decimal(3000), Decimal(1000))
    assert shown["status"] == "PARTLY_PAID"
    assert read_record(tx, contract.LISTING, 999_999) is None


def test_a_contract_comes_with_its_events_and_payments(tx: Transaction) -> None:
    found = read_related(tx, "contract", 4, NOW)
    assert [row[0] for row in found["events"].rows] == [2]
    fields = [field.name for field in found["payments"].fields]
    payments = [dict(zip(fields, row, strict=True)) for row in found["payments"].rows]
    assert [(each["amount"], each["kind"]) for each in payments] == [(Decimal(4000), "OPENING")]
    assert read_related(tx, "contract", 1, NOW)["payments"].rows == []
