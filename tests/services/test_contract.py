from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support import services
from support.company import Company
from support.services import (
    beside_others,
    last_reason,
    read_first,
    refused,
    wait_until_somebody_waits,
)
from support.waiting import PATIENCE

from crm import models
from crm.domain.errors import (
    Conflict,
    CRMError,
    InvalidValue,
    NotFound,
    PermissionDenied,
    RuleViolation,
    UsageFault,
)
from crm.services import contract, event, payment


def stored(owner: Connection, contract_id: int, column: str) -> Any:
    return services.stored(owner, "contracts", contract_id, column)


def ledger(owner: Connection, contract_id: int) -> list[tuple[Any, ...]]:
    cursor = owner.cursor()
    cursor.execute(
        "SELECT kind, amount, reason FROM payments WHERE contract_id = %s ORDER BY id",
        (contract_id,),
    )
    return cursor.fetchall()


# Creating


def test_sales_create_contracts_for_their_own_clients(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        change = contract.create(tx, client_id=company.client, total_amount="1 234,50")
    assert stored(owner, change.record.id, "total_amount") == Decimal("1234.50")
    assert stored(owner, change.record.id, "amount_due") == Decimal("1234.50")
    assert stored(owner, change.record.id, "sales_contact_id") == company.sales
    assert ledger(owner, change.record.id) == []


def test_sales_do_not_create_contracts_for_others_and_hear_whom_to_ask(company: Company) -> None:
    with company.database.as_user(company.sales) as tx, pytest.raises(PermissionDenied) as denied:
        contract.create(tx, client_id=company.client_of_sales2, total_amount="10")
    assert denied.value.hint == "Ask Samuel Sanchez, or a colleague in MANAGEMENT."


def test_managements_contract_goes_to_the_clients_own_contact(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.manager) as tx:
        change = contract.create(tx, client_id=company.client_of_sales2, total_amount="10")
    assert stored(owner, change.record.id, "sales_contact_id") == company.sales2


def test_less_due_than_the_total_opens_the_ledger(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        change = contract.create(
            tx, client_id=company.client, total_amount="100", amount_due="30", signed_status=True
        )
    assert ledger(owner, change.record.id) == [("OPENING", Decimal("70.00"), None)]
    assert stored(owner, change.record.id, "signed_at") is not None


@pytest.mark.parametrize(
    ("values", "kind", "code"),
    [
        ({"total_amount": "0"}, InvalidValue, "invalid_total_amount"),
        ({"total_amount": "-1"}, InvalidValue, "negative_amount"),
        ({"total_amount": "10.005"}, InvalidValue, "too_many_decimals"),
        ({"total_amount": "10", "amount_due": "11"}, RuleViolation, "amount_due_out_of_range"),
        ({"total_amount": "99999999999999"}, InvalidValue, "amount_too_large"),
        ({"total_amount": "NaN"}, InvalidValue, "invalid_amount"),
    ],
)
def test_impossible_amounts_are_refused(
    company: Company, values: dict[str, Any], kind: type[CRMError], code: str
) -> None:
    with company.database.as_user(company.sales) as tx, refused(kind, code):
        contract.create(tx, client_id=company.client, **values)


def test_there_is_no_contract_without_its_client(company: Company) -> None:
    with company.database.as_user(company.manager) as tx, refused(NotFound, "not_found"):
        contract.create(tx, client_id=999, total_amount="10")


# Signing


def test_signing_says_since_when(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        assert contract.sign(tx, company.draft)
    since = stored(owner, company.draft, "signed_at")
    with company.database.as_user(company.sales) as tx:
        again = contract.sign(tx, company.draft)
    assert not again
    assert again.record.signed_at == since == stored(owner, company.draft, "signed_at")


def test_a_signature_is_taken_back_with_a_reason(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        contract.sign(tx, company.draft)
    with company.database.as_user(company.manager) as tx:
        assert contract.unsign(tx, company.draft, "  the wrong client  ")
    assert stored(owner, company.draft, "signed_status") is False
    assert stored(owner, company.draft, "signed_at") is None
    assert last_reason(owner) == "the wrong client"


@pytest.mark.parametrize(
    ("name", "code"), [("signed", "contract_has_events"), ("paid", "contract_has_payments")]
)
def test_what_is_planned_or_paid_keeps_the_signature(
    company: Company, name: str, code: str
) -> None:
    with company.database.as_user(company.manager) as tx, refused(RuleViolation, code):
        contract.unsign(tx, getattr(company, name), "a mistake")


def test_sales_do_not_unsign_and_are_sent_to_management(company: Company) -> None:
    with company.database.as_user(company.sales2) as tx, pytest.raises(PermissionDenied) as denied:
        contract.unsign(tx, company.signed, "a mistake")
    assert denied.value.hint == "Ask a colleague in MANAGEMENT."
    assert denied.value.details["record_id"] == company.signed


@pytest.mark.parametrize("reason", [None, "", "\u200b"])
def test_unsigning_takes_a_reason_that_can_be_read(company: Company, reason: str | None) -> None:
    code = "reason_required" if reason is None else "blank"
    with company.database.as_user(company.manager) as tx, refused(UsageFault, code):
        contract.unsign(tx, company.draft, reason)


# Changing


def test_a_draft_changes_its_total_and_what_is_due_follows(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.sales) as tx:
        payment.pay(tx, company.draft, amount="300")
    with company.database.as_user(company.sales) as tx:
        change = contract.update(tx, company.draft, {"total_amount": "800"})
    assert change.new == {"total_amount": Decimal("800.00")}
    assert stored(owner, company.draft, "amount_due") == Decimal("500.00")


def test_the_total_never_falls_below_what_is_paid(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        payment.pay(tx, company.draft, amount="300")
        with pytest.raises(RuleViolation) as refusal:
            contract.update(tx, company.draft, {"total_amount": "299.99"})
    assert refusal.value.code == "total_below_paid"
    assert refusal.value.details == {"paid": "300.00"}


def test_what_was_adjusted_is_not_called_paid(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        contract.adjust(tx, company.draft, Decimal(0), "as a gift")
    with company.database.as_user(company.sales) as tx:
        with pytest.raises(RuleViolation) as refusal:
            contract.update(tx, company.draft, {"total_amount": "299.99"})
        with pytest.raises(RuleViolation) as nothing_due:
            payment.pay(tx, company.draft, amount="1")
    assert refusal.value.code == "total_below_paid"
    assert "€0.00 paid, €1,000.00 adjusted" in str(refusal.value)
    assert refusal.value.details == {"paid": "0.00", "adjusted": "1000.00"}
    assert str(nothing_due.value.hint).startswith("Nothing is due any more")


@pytest.mark.parametrize(
    ("paid", "due", "status"),
    [(0, 1500, "SIGNED"), (500, 2000, "PARTLY_PAID"), (0, 0, "PAID"), (500, 500, "PARTLY_PAID")],
)
def test_a_contract_is_partly_paid_when_money_came_in(
    company: Company, owner: Connection, paid: int, due: int, status: str
) -> None:
    with company.database.as_user(company.manager) as tx:
        if paid:
            payment.pay(tx, company.signed, amount=str(paid))
        contract.adjust(tx, company.signed, Decimal(due), "as agreed")
    with company.database.as_user(company.support) as tx:
        row = tx.row("SELECT status, received FROM contract_list WHERE id = 2")
    assert row == (status, paid)


def test_after_signing_client_and_total_are_frozen(company: Company) -> None:
    for values in ({"total_amount": "5"}, {"client_id": 2}):
        with (
            company.database.as_user(company.manager) as tx,
            refused(RuleViolation, "contract_signed"),
        ):
            contract.update(tx, company.signed, values, reason="because")


def test_what_stays_the_same_is_not_frozen(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        same = {"total_amount": "2000.00", "client_id": company.client, "signed_status": True}
        assert not contract.update(tx, company.signed, same)


def test_a_draft_moves_to_another_client_and_its_contact(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.manager) as tx:
        contract.update(tx, company.draft, {"client_id": company.client_of_sales2})
    assert stored(owner, company.draft, "client_id") == company.client_of_sales2
    assert stored(owner, company.draft, "sales_contact_id") == company.sales2


def test_sales_move_a_draft_only_to_clients_of_their_own(company: Company) -> None:
    with (
        company.database.as_user(company.sales) as tx,
        refused(PermissionDenied, "permission_denied"),
    ):
        contract.update(tx, company.draft, {"client_id": company.client_of_sales2})


def test_the_amount_due_set_by_hand_is_an_adjustment(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        contract.update(tx, company.partly_paid, {"amount_due": "1200"}, reason="a refund")
    assert stored(owner, company.partly_paid, "amount_due") == Decimal("1200.00")
    assert ledger(owner, company.partly_paid)[-1] == ("ADJUSTMENT", Decimal("-200.00"), "a refund")


def test_total_and_amount_due_change_together(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        values = {"total_amount": "2000", "amount_due": "1500"}
        contract.update(tx, company.draft, values, reason="as agreed")
    assert stored(owner, company.draft, "amount_due") == Decimal("1500.00")
    assert ledger(owner, company.draft) == [("ADJUSTMENT", Decimal("500.00"), "as agreed")]


def test_an_amount_due_set_by_hand_needs_management_and_a_reason(company: Company) -> None:
    with (
        company.database.as_user(company.sales) as tx,
        refused(PermissionDenied, "permission_denied"),
    ):
        contract.update(tx, company.draft, {"amount_due": "10"}, reason="x")
    with company.database.as_user(company.manager) as tx, refused(UsageFault, "reason_required"):
        contract.update(tx, company.draft, {"amount_due": "10"})


def test_one_update_signs_and_another_unsigns(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        contract.update(tx, company.draft, {"total_amount": "700", "signed_status": True})
    assert stored(owner, company.draft, "signed_status") is True
    with company.database.as_user(company.manager) as tx:
        values = {"total_amount": "600", "signed_status": False}
        contract.update(tx, company.draft, values, reason="sold again")
    assert stored(owner, company.draft, "signed_status") is False
    assert stored(owner, company.draft, "total_amount") == Decimal("600.00")


def test_a_draft_that_is_to_be_unsigned_stays_as_it_is(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        assert not contract.update(tx, company.draft, {"signed_status": False})


def test_sales_do_not_unsign_by_an_update(company: Company) -> None:
    with (
        company.database.as_user(company.sales) as tx,
        refused(PermissionDenied, "permission_denied"),
    ):
        contract.update(tx, company.signed, {"signed_status": False}, reason="x")


def test_an_edit_made_on_an_older_reading_is_refused(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        payment.pay(tx, company.draft, amount="1")
    with company.database.as_user(company.sales) as tx, refused(Conflict, "conflict"):
        contract.update(tx, company.draft, {"total_amount": "900"}, version=1)


def test_edits_of_different_fields_both_land(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as mine:
        read_first(mine, models.Contract, company.draft)
        with company.database.as_user(company.sales) as theirs:
            contract.update(theirs, company.draft, {"total_amount": "900"})
        contract.sign(mine, company.draft)
    assert stored(owner, company.draft, "total_amount") == Decimal("900.00")
    assert stored(owner, company.draft, "signed_status") is True


def test_edits_of_the_same_field_name_base_theirs_and_mine(company: Company) -> None:
    with company.database.as_user(company.manager) as mine:
        read_first(mine, models.Contract, company.draft)
        with company.database.as_user(company.sales) as theirs:
            contract.update(theirs, company.draft, {"total_amount": "900"})
        with pytest.raises(Conflict) as conflict:
            contract.update(mine, company.draft, {"total_amount": "800"})
    assert conflict.value.details["fields"] == {
        "total_amount": {"base": "1000.00", "theirs": "900.00", "mine": "800.00"}
    }
    assert "was 1000.00, is now 900.00, and you gave 800.00" in conflict.value.message


def test_a_contract_that_is_gone_meanwhile_is_not_found(company: Company) -> None:
    with company.database.as_user(company.sales) as mine:
        read_first(mine, models.Contract, company.draft)
        with company.database.as_user(company.manager) as theirs:
            contract.delete(theirs, company.draft)
        with refused(NotFound, "not_found"):
            contract.sign(mine, company.draft)


# Amending


def test_management_amends_a_signed_total(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        change = contract.amend(tx, company.partly_paid, "2500", "fewer guests")
    assert (change.old, change.new) == (
        {"total_amount": Decimal("3000.00")},
        {"total_amount": Decimal("2500.00")},
    )
    assert stored(owner, company.partly_paid, "amount_due") == Decimal("500.00")
    assert last_reason(owner) == "fewer guests"


def test_an_amended_total_still_covers_what_is_paid(company: Company) -> None:
    with (
        company.database.as_user(company.manager) as tx,
        refused(RuleViolation, "total_below_paid"),
    ):
        contract.amend(tx, company.partly_paid, "1999.99", "fewer guests")


def test_sales_do_not_amend(company: Company) -> None:
    with (
        company.database.as_user(company.sales) as tx,
        refused(PermissionDenied, "permission_denied"),
    ):
        contract.amend(tx, company.signed, "10", "x")


# Deleting


def test_management_deletes_a_draft_without_payments(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        contract.delete(tx, company.draft)
    assert stored(owner, company.draft, "id") is None


def test_a_deposit_keeps_a_draft(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        payment.pay(tx, company.draft, amount="1")
    with company.database.as_user(company.manager) as tx, pytest.raises(RuleViolation) as refusal:
        contract.delete(tx, company.draft)
    assert refusal.value.code == "contract_has_payments"
    assert refusal.value.message == (
        f"Contract {company.draft} has 1 payment and cannot be deleted."
    )


def test_a_signed_contract_is_not_deleted(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        contract.sign(tx, company.draft)
        with refused(RuleViolation, "contract_signed"):
            contract.delete(tx, company.draft)


def test_a_contract_with_events_is_not_deleted(company: Company) -> None:
    with (
        company.database.as_user(company.manager) as tx,
        refused(RuleViolation, "contract_has_events"),
    ):
        contract.delete(tx, company.signed)


def test_sales_do_not_delete_contracts(company: Company) -> None:
    with (
        company.database.as_user(company.sales) as tx,
        refused(PermissionDenied, "permission_denied"),
    ):
        contract.delete(tx, company.draft)


# At the same moment


def test_adjustments_at_the_same_moment_leave_what_the_last_one_says(
    company: Company, owner: Connection
) -> None:
    both_read = Barrier(2)

    def adjust(amount: str) -> Decimal:
        with beside_others(company.database, company.manager) as tx:
            read_first(tx, models.Contract, company.draft)
            both_read.wait(timeout=PATIENCE)
            contract.update(tx, company.draft, {"amount_due": amount}, reason="x")
        return Decimal(amount)

    with ThreadPoolExecutor(2) as pool:
        amounts = list(pool.map(adjust, ["400", "700"]))
    assert stored(owner, company.draft, "amount_due") in amounts
    paid = sum(amount for _kind, amount, _reason in ledger(owner, company.draft))
    assert stored(owner, company.draft, "amount_due") == 1000 - paid


def test_a_payment_that_is_under_way_keeps_the_contract(
    company: Company, owner: Connection
) -> None:
    def delete() -> None:
        with beside_others(company.database, company.manager) as tx:
            contract.delete(tx, company.draft)

    with ThreadPoolExecutor(1) as pool:
        with beside_others(company.database, company.sales) as tx:
            payment.pay(tx, company.draft, amount="1")
            deletion = pool.submit(delete)
            wait_until_somebody_waits(owner)
        with refused(RuleViolation, "contract_has_payments"):
            deletion.result(timeout=PATIENCE)
    assert stored(owner, company.draft, "amount_due") == Decimal("999.00")


def test_a_contract_that_is_being_deleted_takes_no_payment_and_no_adjustment(
    company: Company, owner: Connection
) -> None:
    def pay() -> None:
        with beside_others(company.database, company.sales) as tx:
            payment.pay(tx, company.draft, amount="1")

    def adjust() -> None:
        with beside_others(company.database, company.manager2) as tx:
            contract.update(tx, company.draft, {"amount_due": "1"}, reason="x")

    with ThreadPoolExecutor(1) as pool:
        for attempt in (pay, adjust):
            with beside_others(company.database, company.manager) as tx:
                draft = contract.create(tx, client_id=company.client, total_amount="1000")
            with beside_others(company.database, company.manager) as tx:
                contract.delete(tx, company.draft)
                attempted = pool.submit(attempt)
                wait_until_somebody_waits(owner)
            with refused(NotFound, "not_found"):
                attempted.result(timeout=PATIENCE)
            company = replace(company, draft=draft.record.id)


def test_an_event_that_is_being_planned_keeps_the_signature(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.sales) as tx:
        contract.sign(tx, company.draft)

    def unsign() -> None:
        with beside_others(company.database, company.manager) as tx:
            contract.unsign(tx, company.draft, "x")

    with ThreadPoolExecutor(1) as pool:
        with beside_others(company.database, company.sales) as tx:
            start = datetime.fromisoformat("2031-05-01 09:00")
            event.create(
                tx,
                contract_id=company.draft,
                name="Gala",
                client_contact="Jean",
                start_date=start,
                end_date=start + timedelta(hours=1),
                location="Paris",
                attendees=1,
            )
            unsigning = pool.submit(unsign)
            wait_until_somebody_waits(owner)
        with refused(RuleViolation, "contract_has_events"):
            unsigning.result(timeout=PATIENCE)
    assert stored(owner, company.draft, "signed_status") is True


@pytest.mark.parametrize(
    "act",
    [
        lambda tx: contract.sign(tx, 1, version=99),
        lambda tx: contract.unsign(tx, 2, "so", version=99),
        lambda tx: contract.amend(tx, 2, "900", "so", version=99),
        lambda tx: contract.update(tx, 1, {"due_date": "2031-01-01"}, version=99),
    ],
    ids=["sign", "unsign", "amend", "update"],
)
def test_another_version_than_the_one_that_was_read_is_refused(company: Company, act: Any) -> None:
    with (
        refused(Conflict, "conflict") as raised,
        company.database.as_user(company.manager) as tx,
    ):
        act(tx)
    assert "not 99" in raised.value.message


def test_more_due_than_the_total_is_said_with_both(company: Company) -> None:
    with (
        refused(RuleViolation, "amount_due_out_of_range") as raised,
        company.database.as_user(company.manager) as tx,
    ):
        contract.adjust(tx, company.signed, Decimal(9999), "so")
    assert "(€9,999.00) is more than the total (€2,000.00)" in raised.value.message
