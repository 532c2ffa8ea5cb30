"""How contracts end: the arithmetic of rules 17 and 18, and what stands in the way."""

import pytest
from psycopg2.errors import CheckViolation
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.services import refused, stored

from crm.domain.enums import LossReason
from crm.domain.errors import PermissionDenied, RuleViolation
from crm.services import contract, contract_ending, event, payment, undo

COLUMNS = ("total_amount", "amount_due", "received", "kept_amount")


def money(owner: Connection, contract_id: int) -> tuple[int, int, int | None]:
    """Return what is due, received and to be refunded, as the ledger explains it."""
    total, due, received, kept = (
        stored(owner, "contracts", contract_id, column) for column in COLUMNS
    )
    cursor = owner.cursor()
    cursor.execute(
        "SELECT coalesce(sum(amount), 0),"
        " coalesce(sum(amount) FILTER (WHERE is_receipt(kind, reversed_kind)), 0)"
        " FROM payments WHERE contract_id = %s",
        (contract_id,),
    )
    assert cursor.fetchone() == (total - due, received)
    return int(due), int(received), None if kept is None else int(received - kept)


def entries(owner: Connection, contract_id: int) -> list[tuple[str, int]]:
    cursor = owner.cursor()
    cursor.execute(
        "SELECT kind, amount::integer FROM payments WHERE contract_id = %s ORDER BY id",
        (contract_id,),
    )
    return list(cursor.fetchall())


@pytest.fixture
def sold(company: Company) -> int:
    """A signed contract of 1000, of which 600 came in."""
    with company.database.as_user(company.manager) as tx:
        made = contract.create(tx, client_id=1, total_amount="1000", signed_status=True)
        payment.pay(tx, made.record.id, amount="600")
    return int(made.record.id)


def test_a_cancelled_contract_owes_nothing_and_what_is_not_kept_goes_back(
    company: Company, owner: Connection, sold: int
) -> None:
    with company.database.as_user(company.manager) as tx:
        contract_ending.cancel(tx, sold, "called off", "300")
    assert entries(owner, sold) == [("PAYMENT", 600), ("WRITE_OFF", 400)]
    assert money(owner, sold) == (0, 600, 300)
    with company.database.as_user(company.manager) as tx:
        with refused(RuleViolation, "refund_too_high") as too_much:
            payment.refund(tx, sold, "called off", amount="300.01")
        assert too_much.value.details == {"maximum": "300.00"}
        payment.refund(tx, sold, "called off", amount="300")
        refunding = tx.value("SELECT max(transaction_id) FROM audit_list")
    assert entries(owner, sold)[2:] == [("REFUND", -300), ("WRITE_OFF", 300)]
    assert money(owner, sold) == (0, 300, 0)
    with company.database.as_user(company.manager) as tx:
        # Money that went back stands in the way; taken back itself, it no longer does.
        cancelling = tx.value(
            "SELECT min(transaction_id) FROM audit_list WHERE table_name = 'contracts'"
            " AND record_id = %s AND changes -> 'closed_reason' ->> 1 = 'cancelled'",
            (sold,),
        )
    with (
        refused(RuleViolation, "contract_refunded"),
        company.database.as_user(company.manager) as tx,
    ):
        undo.undo(tx, cancelling, reason="typo")
    with company.database.as_user(company.manager) as tx:
        undo.undo(tx, refunding, reason="typo")
    assert money(owner, sold) == (0, 600, 300)
    with company.database.as_user(company.manager) as tx:
        undo.undo(tx, cancelling, reason="typo")
    assert money(owner, sold) == (400, 600, None)
    assert stored(owner, "contracts", sold, "closed_at") is None


def test_a_refund_on_a_living_contract_is_due_again_or_lowers_the_total(
    company: Company, owner: Connection, sold: int
) -> None:
    with company.database.as_user(company.manager) as tx:
        payment.refund(tx, sold, "paid twice", amount="100")
    assert money(owner, sold) == (500, 500, None)
    with company.database.as_user(company.manager) as tx:
        payment.refund(tx, sold, "the band came late", amount="100", lower_total=True)
    assert stored(owner, "contracts", sold, "total_amount") == 900
    assert money(owner, sold) == (500, 400, None)
    with company.database.as_user(company.manager) as tx:
        with refused(RuleViolation, "refund_too_high"):
            payment.refund(tx, sold, "all of it", amount="400.01")
        reversed_ = payment.reverse(tx, sold, _refund_id(owner, sold), "it never left")
    assert reversed_.record.amount == 100
    assert money(owner, sold) == (400, 500, None)


def _refund_id(owner: Connection, contract_id: int) -> int:
    cursor = owner.cursor()
    cursor.execute(
        "SELECT min(id) FROM payments WHERE kind = 'REFUND' AND contract_id = %s", (contract_id,)
    )
    ((number,),) = cursor.fetchall()
    return int(number)


def test_a_lost_draft_owes_nothing_until_it_is_reopened(
    company: Company, owner: Connection
) -> None:
    draft = company.draft
    with company.database.as_user(company.sales) as tx:
        contract_ending.lose(tx, draft, LossReason.DATE, note="In August.")
        assert not contract_ending.lose(tx, draft, LossReason.PRICE)
    assert money(owner, draft) == (0, 0, None)
    with company.database.as_user(company.manager) as tx:
        for refused_now in (
            lambda: contract.sign(tx, draft),
            lambda: contract.update(tx, draft, {"total_amount": "5"}),
            lambda: payment.pay(tx, draft, amount="5"),
            lambda: contract.adjust(tx, draft, 0, "by hand"),  # type: ignore[arg-type]
            lambda: contract_ending.cancel(tx, draft, "off", "0"),
            lambda: event.find_plannable_contract(tx, draft),
        ):
            with refused(RuleViolation, "contract_closed"):
                refused_now()
    with company.database.as_user(company.sales) as tx:
        contract_ending.reopen(tx, draft)
        assert not contract_ending.reopen(tx, draft)
    assert money(owner, draft) == (1000, 0, None)


def test_what_came_in_for_a_draft_goes_back_before_it_is_lost(
    company: Company, owner: Connection
) -> None:
    draft = company.draft
    with company.database.as_user(company.manager) as tx:
        payment.pay(tx, draft, amount="400")
        with refused(RuleViolation, "contract_has_payments"):
            contract_ending.lose(tx, draft, LossReason.PRICE)
        payment.refund(tx, draft, "no deal", amount="400")
        contract_ending.lose(tx, draft, LossReason.PRICE)
    assert money(owner, draft) == (0, 0, None)


def test_who_may_not_and_what_is_in_the_way(company: Company, sold: int) -> None:
    with (
        company.database.as_user(company.sales) as tx,
        refused(PermissionDenied, "permission_denied"),
    ):
        contract_ending.cancel(tx, sold, "off", "0")
    with company.database.as_user(company.manager) as tx:
        with refused(RuleViolation, "contract_not_signed"):
            contract_ending.cancel(tx, company.draft, "off", "0")
        with refused(RuleViolation, "contract_signed"):
            contract_ending.lose(tx, sold, LossReason.PRICE)
        with refused(RuleViolation, "kept_amount_out_of_range") as most:
            contract_ending.cancel(tx, sold, "off", "600.01")
        assert most.value.details == {"maximum": "600.00"}


def test_coming_events_are_cancelled_with_their_contract_and_come_back_with_it(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.manager) as tx:
        contract_ending.cancel(tx, company.signed, "called off", "0")
        number = tx.value("SELECT max(transaction_id) FROM audit_list")
    assert stored(owner, "events", company.event, "cancelled_reason") == "called off"
    assert stored(owner, "events", company.event, "cancelled_at") is not None
    cursor = owner.cursor()
    with pytest.raises(CheckViolation):
        cursor.execute("UPDATE events SET cancelled_reason = NULL WHERE id = %s", (company.event,))
    with company.database.as_user(company.manager) as tx:
        undo.undo(tx, number, reason="it takes place")
    assert stored(owner, "events", company.event, "cancelled_at") is None
    assert money(owner, company.signed) == (2000, 0, None)
