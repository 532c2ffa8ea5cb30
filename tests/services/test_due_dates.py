"""When a contract is to be paid, since when and by whom it is signed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support import services
from support.company import Company
from support.services import refused

from crm.database.transaction import connect, transaction
from crm.domain.errors import PermissionDenied, RuleViolation
from crm.queries.contract import LISTING
from crm.queries.listing import Request
from crm.queries.pages import count_records, read_page, read_record
from crm.services import contract, payment

MAY = datetime.fromisoformat("2026-05-03 22:30")  # the fourth, on the clocks of Paris
IN_JUNE = date(2026, 6, 3)  # thirty days after the fourth
AGREED = date(2026, 9, 1)


def stored(owner: Connection, contract_id: int, column: str) -> Any:
    return services.stored(owner, "contracts", contract_id, column)


def test_a_contract_is_to_be_paid_thirty_days_after_the_company_signed(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.sales) as tx:
        contract.sign(tx, company.draft, signed_at=MAY)
    assert stored(owner, company.draft, "signed_at") == MAY
    assert stored(owner, company.draft, "due_date") == IN_JUNE
    assert stored(owner, company.draft, "signed_by_id") == company.sales


@pytest.mark.parametrize(("zone", "due"), [("", 3), ("Europe/Paris", 3), ("America/New_York", 2)])
def test_which_day_it_was_is_the_zones_to_say(
    company: Company, owner: Connection, zone: str, due: int
) -> None:
    secret, connection = company.database.session_of(company.sales), connect(company.database.app)
    with transaction(connection, secret, zone=zone) as tx:
        contract.sign(tx, company.draft, signed_at=MAY)
    connection.close()
    assert stored(owner, company.draft, "due_date") == date(2026, 6, due)


def test_another_day_can_be_agreed_before_at_and_after_the_signature(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.sales) as tx:
        early = contract.create(
            tx, client_id=company.client, total_amount="10", due_date=AGREED
        ).record.id
        contract.sign(tx, early, signed_at=MAY)
        contract.sign(tx, company.draft, signed_at=MAY, due_date=AGREED)
        contract.update(tx, company.signed, {"due_date": AGREED})
    for each in (early, company.draft, company.signed):
        assert stored(owner, each, "due_date") == AGREED


def test_a_signature_is_never_of_the_future(company: Company, owner: Connection) -> None:
    tomorrow = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    with (
        company.database.as_user(company.manager) as tx,
        refused(RuleViolation, "signed_in_future"),
    ):
        contract.sign(tx, company.draft, signed_at=tomorrow)
    assert stored(owner, company.draft, "signed_status") is False


def test_signing_again_changes_neither_date(company: Company, owner: Connection) -> None:
    since = stored(owner, company.signed, "signed_at")
    with company.database.as_user(company.sales) as tx:
        assert not contract.sign(tx, company.signed, signed_at=MAY, due_date=AGREED)
    assert stored(owner, company.signed, "signed_at") == since
    assert stored(owner, company.signed, "due_date") != AGREED


@pytest.mark.parametrize(("said", "left"), [(None, None), (AGREED, AGREED)])
def test_what_followed_from_a_signature_goes_with_it_and_what_was_agreed_stays(
    company: Company, owner: Connection, said: date | None, left: date | None
) -> None:
    with company.database.as_user(company.manager) as tx:
        contract.sign(tx, company.draft, signed_at=MAY, due_date=said)
        contract.unsign(tx, company.draft, "the wrong client")
    assert stored(owner, company.draft, "due_date") == left
    assert stored(owner, company.draft, "signed_by_id") is None


def test_a_draft_may_forget_its_day_and_a_signed_contract_may_not(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.sales) as tx:
        contract.update(tx, company.draft, {"due_date": AGREED})
        contract.update(tx, company.draft, {"due_date": ""})
    assert stored(owner, company.draft, "due_date") is None
    with (
        company.database.as_user(company.sales) as tx,
        refused(RuleViolation, "due_date_required"),
    ):
        contract.update(tx, company.signed, {"due_date": ""})


def test_whoever_may_update_a_contract_moves_its_day_and_nobody_else(company: Company) -> None:
    with company.database.as_user(company.sales2) as tx, pytest.raises(PermissionDenied):
        contract.update(tx, company.signed, {"due_date": AGREED})
    with company.database.as_user(company.support) as tx, pytest.raises(PermissionDenied):
        contract.update(tx, company.signed, {"due_date": AGREED})
    with company.database.as_user(company.manager) as tx:
        assert contract.update(tx, company.signed, {"due_date": AGREED})


def test_overdue_is_signed_with_something_due_on_a_day_that_is_over(
    company: Company, owner: Connection
) -> None:
    today = services.value(owner, "SELECT company_today()")
    yesterday = today - timedelta(days=1)
    for each in (company.signed, company.partly_paid, company.paid, company.draft):
        owner.cursor().execute(
            "UPDATE contracts SET due_date = %s WHERE id = %s", (yesterday, each)
        )
    owner.cursor().execute(
        "UPDATE contracts SET due_date = %s WHERE id = %s", (today, company.signed_of_sales2)
    )
    overdue = Request(("id", "days_overdue"), {"overdue": today})
    late = [(company.partly_paid, 1), (company.signed, 1)]
    with company.database.as_user(company.sales) as tx:
        assert read_page(tx, LISTING, overdue).rows == late
        everything = read_page(tx, LISTING, Request(("id", "days_overdue"))).rows
        assert [row for row in everything if row[1] is not None] == late
        payment.pay(tx, company.signed, amount="2000")
        assert count_records(tx, LISTING, overdue) == 1


def test_a_draft_stays_one_whatever_its_deposit(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        names = [field.name for field in LISTING.fields]
        for amount in ("400", "600"):
            payment.pay(tx, company.draft, amount=amount)
            row = read_record(tx, LISTING, company.draft)
            assert row
            assert row[names.index("status")] == "DRAFT"


def test_the_history_has_days_and_names(company: Company) -> None:
    from crm.queries.audit import parse_changes

    with company.database.as_user(company.sales) as tx:
        contract.sign(tx, company.draft, signed_at=MAY)
        changes = tx.value(
            "SELECT changes FROM audit_list WHERE table_name = 'contracts' AND record_id = %s"
            " ORDER BY id DESC LIMIT 1",
            (company.draft,),
        )
    said = {each.field.name: each.new for each in parse_changes(changes)}
    assert said["due_date"] == IN_JUNE
    assert said["signed_at"] == MAY
    assert said["signed_by_id"] == company.sales
