from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support import services
from support.company import Company
from support.services import beside_others, last_reason, read_first, refused
from support.waiting import PATIENCE

from crm import models
from crm.domain.errors import (
    CRMError,
    InvalidValue,
    NotFound,
    PermissionDenied,
    RuleViolation,
    UsageFault,
)
from crm.domain.rules import CONSTRAINTS
from crm.services import payment


def due(owner: Connection, contract_id: int) -> Any:
    return services.stored(owner, "contracts", contract_id, "amount_due")


def entries(owner: Connection, contract_id: int) -> list[tuple[Any, ...]]:
    cursor = owner.cursor()
    cursor.execute(
        "SELECT kind, amount FROM payments WHERE contract_id = %s ORDER BY id", (contract_id,)
    )
    return cursor.fetchall()


# Paying


def test_a_payment_lowers_what_is_due(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        change = payment.pay(tx, company.signed, amount="400,50", method="card", reference="R1")
    assert change.old == {"amount_due": Decimal("2000.00")}
    assert (
        change.new
        == {"amount_due": Decimal("1599.50")}
        == {"amount_due": due(owner, company.signed)}
    )
    assert change.record.created_by_id == company.sales
    assert (change.record.method, change.record.reference) == ("card", "R1")


def test_a_draft_takes_a_deposit(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        payment.pay(tx, company.draft, amount="1000")
    assert due(owner, company.draft) == 0


def test_a_payment_keeps_the_day_it_was_made(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        change = payment.pay(tx, company.signed, amount="1", paid_on=date(2026, 1, 31))
    assert change.record.paid_on == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("amount", "kind", "code"),
    [
        ("0", UsageFault, "invalid_amount"),
        ("-5", InvalidValue, "negative_amount"),
        ("10.005", InvalidValue, "too_many_decimals"),
        (Decimal("-5.00"), UsageFault, "invalid_amount"),
        ("2000.01", RuleViolation, "overpayment"),
    ],
)
def test_what_is_no_payment_is_refused(
    company: Company, amount: object, kind: type[CRMError], code: str
) -> None:
    with company.database.as_user(company.sales) as tx, refused(kind, code):
        payment.pay(tx, company.signed, amount=amount)


def test_an_overpayment_says_the_most_that_can_be_paid(company: Company) -> None:
    with (
        company.database.as_user(company.sales) as tx,
        refused(RuleViolation, "overpayment") as refusal,
    ):
        payment.pay(tx, company.partly_paid, amount="1000.01")
    assert refusal.value.hint == "At most €1,000.00 can be paid."
    assert refusal.value.details == {"maximum": "1000.00"}


def test_what_is_paid_already_says_so(company: Company) -> None:
    with (
        company.database.as_user(company.sales) as tx,
        refused(RuleViolation, "overpayment") as refusal,
    ):
        payment.pay(tx, company.paid, amount="1")
    assert str(refusal.value.hint).startswith("It is already paid")


def test_the_same_key_is_the_same_payment(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        first = payment.pay(tx, company.signed, amount="400", request_key="k")
    with company.database.as_user(company.sales) as tx:
        second = payment.pay(tx, company.signed, amount="400", request_key="k")
    assert first
    assert not second
    assert second.record.id == first.record.id
    assert due(owner, company.signed) == 1600


def test_the_same_key_is_the_same_payment_also_when_nothing_is_left(
    company: Company, owner: Connection
) -> None:
    for _time in range(2):
        with company.database.as_user(company.sales) as tx:
            payment.pay(tx, company.signed, amount="2000", request_key="k")
    assert entries(owner, company.signed) == [("PAYMENT", Decimal("2000.00"))]


def test_the_same_key_with_another_amount_is_refused(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        payment.pay(tx, company.signed, amount="400", request_key="k")
    with company.database.as_user(company.sales) as tx, refused(RuleViolation, "key_reused"):
        payment.pay(tx, company.signed, amount="401", request_key="k")


def test_another_contract_may_use_the_same_key(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        payment.pay(tx, company.signed, amount="400", request_key="k")
        payment.pay(tx, company.partly_paid, amount="500", request_key="k")
    assert due(owner, company.partly_paid) == 500


def test_only_the_clients_contact_and_management_record_payments(company: Company) -> None:
    for outsider in (company.sales2, company.support):
        with (
            company.database.as_user(outsider) as tx,
            refused(PermissionDenied, "permission_denied") as denied,
        ):
            payment.pay(tx, company.signed, amount="1")
        assert denied.value.hint == "Ask Sophie Simon, or a colleague in MANAGEMENT."


def test_there_is_nothing_to_pay_without_a_contract(company: Company) -> None:
    with company.database.as_user(company.manager) as tx, refused(NotFound, "not_found"):
        payment.pay(tx, 999, amount="1")


# At the same moment


def pay_at_once(company: Company, amounts: list[str], key: str | None = None) -> list[str]:
    """Pay each amount in a transaction of its own, all of which have read the same balance."""
    all_read = Barrier(len(amounts))

    def pay(amount: str) -> str:
        try:
            with beside_others(company.database, company.sales) as tx:
                read_first(tx, models.Contract, company.partly_paid)
                all_read.wait(timeout=PATIENCE)
                change = payment.pay(tx, company.partly_paid, amount=amount, request_key=key)
                return "paid" if change else "there already"
        except RuleViolation as error:
            return error.code

    with ThreadPoolExecutor(len(amounts)) as pool:
        return sorted(pool.map(pay, amounts))


def test_two_payments_at_once_are_each_counted(company: Company, owner: Connection) -> None:
    assert pay_at_once(company, ["600", "400"]) == ["paid", "paid"]
    assert due(owner, company.partly_paid) == 0


def test_of_two_payments_that_are_too_much_one_is_refused(
    company: Company, owner: Connection
) -> None:
    assert pay_at_once(company, ["600", "600"]) == ["overpayment", "paid"]
    assert due(owner, company.partly_paid) == 400


def test_one_payment_sent_twice_at_once_is_recorded_once(
    company: Company, owner: Connection
) -> None:
    assert pay_at_once(company, ["600", "600"], key="k") == ["paid", "there already"]
    assert due(owner, company.partly_paid) == 400


def test_one_key_for_two_amounts_at_once_refuses_one(company: Company) -> None:
    assert pay_at_once(company, ["100", "200"], key="k") == ["key_reused", "paid"]


# Reversing


def fifty_at_once(company: Company, contract_id: int, keys: list[str]) -> list[str]:
    """Pay 30 with each key, all transactions held until everyone has begun; what came of each."""
    together = Barrier(len(keys))

    def pay(key: str) -> str:
        try:
            with beside_others(company.database, company.manager) as tx:
                together.wait(timeout=PATIENCE)
                change = payment.pay(tx, contract_id, amount="30", request_key=key)
                return "paid" if change else "known"
        except RuleViolation as error:
            return error.code

    with ThreadPoolExecutor(len(keys)) as pool:
        return sorted(pool.map(pay, keys))


@pytest.mark.proof
def test_fifty_payments_at_once_are_each_counted_once_or_refused(
    company: Company, owner: Connection
) -> None:
    outcomes = fifty_at_once(company, company.draft, [f"K{number}" for number in range(50)])
    # 33 times 30 is all that fits in 1,000.
    assert outcomes == ["overpayment"] * 17 + ["paid"] * 33
    assert due(owner, company.draft) == 10
    assert len(entries(owner, company.draft)) == 33


@pytest.mark.proof
def test_of_fifty_at_once_that_were_each_sent_twice_half_are_recorded(
    company: Company, owner: Connection
) -> None:
    outcomes = fifty_at_once(company, company.signed, [f"K{number // 2}" for number in range(50)])
    assert outcomes == ["known"] * 25 + ["paid"] * 25
    assert due(owner, company.signed) == 2000 - 25 * 30
    assert len(entries(owner, company.signed)) == 25


def test_management_reverses_a_payment_by_its_opposite(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        wrong = payment.pay(tx, company.signed, amount="400").record.id
    with company.database.as_user(company.manager) as tx:
        change = payment.reverse(
            tx, company.signed, wrong, "another client's", paid_on=date(2026, 2, 1)
        )
    assert entries(owner, company.signed) == [
        ("PAYMENT", Decimal("400.00")),
        ("REVERSAL", Decimal("-400.00")),
    ]
    assert (change.record.reverses_id, change.record.paid_on) == (wrong, date(2026, 2, 1))
    assert change.new == {"amount_due": Decimal("2000.00")}
    assert due(owner, company.signed) == 2000
    assert last_reason(owner) == "another client's"


def test_an_opening_payment_can_be_reversed(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        opening = tx.value("SELECT id FROM payments WHERE contract_id = %s", (company.paid,))
        payment.reverse(tx, company.paid, opening, "it never came")
    assert due(owner, company.paid) == 4000


def test_a_payment_is_reversed_once(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        wrong = payment.pay(tx, company.signed, amount="400").record.id
        entry = payment.reverse(tx, company.signed, wrong, "x").record.id
        with refused(RuleViolation, "already_reversed") as refusal:
            payment.reverse(tx, company.signed, wrong, "x")
        assert refusal.value.message == f"Payment {wrong} is already reversed, by entry {entry}."
        with refused(RuleViolation, "invalid_reversal"):
            payment.reverse(tx, company.signed, entry, "x")


def test_a_payment_is_reversed_on_its_own_contract(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        elsewhere = payment.pay(tx, company.partly_paid, amount="1").record.id
        for missing in (elsewhere, 999):
            with refused(NotFound, "not_found"):
                payment.reverse(tx, company.signed, missing, "x")


def test_sales_do_not_reverse_and_are_sent_to_management(company: Company) -> None:
    with (
        company.database.as_user(company.sales2) as tx,
        refused(PermissionDenied, "permission_denied") as denied,
    ):
        payment.reverse(tx, company.signed, 1, "x")
    assert denied.value.hint == "Ask a colleague in MANAGEMENT."


def test_a_reversal_takes_a_reason(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        wrong = payment.pay(tx, company.signed, amount="400").record.id
        with refused(InvalidValue, "blank"):
            payment.reverse(tx, company.signed, wrong, " ")


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(3000, 1, 1)])
def test_a_day_that_no_calendar_of_ours_has_is_refused_by_its_constraint(
    company: Company, day: date
) -> None:
    with pytest.raises(CRMError) as raised, company.database.as_user(company.sales) as tx:
        payment.pay(tx, company.signed, amount="1", paid_on=day)
    assert raised.value.code == CONSTRAINTS["ck_payments_paid_on"].code
