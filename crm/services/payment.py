"""Payments: each moves its contract's balance once, and is reversed rather than changed."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from crm import models
from crm.domain import inputs
from crm.domain.amounts import format_amount
from crm.domain.enums import PaymentKind
from crm.domain.errors import NotFound, RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission
from crm.domain.rules import CONSTRAINTS, require_above_zero
from crm.services.contract import find_permitted
from crm.services.contract_checks import refuse_closed
from crm.services.editing import Change, refresh_record, write_values

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.models.contract import Contract
    from crm.models.payment import Payment


def require_payable(tx: "Transaction", contract_id: int, amount: Decimal) -> None:
    """Refuse what :func:`pay` would refuse of that amount: PermissionDenied, RuleViolation."""
    contract = find_permitted(tx, contract_id, Permission.CONTRACT_PAY)
    refuse_closed(contract)
    _refuse_overpayment(contract, amount)


def pay(
    tx: "Transaction",
    contract_id: int,
    *,
    paid_on: date | None = None,
    allow_duplicate: bool = True,
    **values: object,
) -> Change:
    """Record a payment. Sent again with the same key it is recorded once, and that is no error.

    ``values`` are those of :data:`crm.domain.inputs.PAYMENT`. The change's record is the payment,
    its fields the contract's ``amount_due``; an empty change means that it was there already.

    Raises NotFound, PermissionDenied, InvalidValue, RuleViolation ``overpayment`` with the most
    that may be paid, ``key_reused`` when the key came with another amount, or, unless
    ``allow_duplicate``, ``duplicate_payment`` where the contract has an equal one of that day.
    """
    contract = find_permitted(tx, contract_id, Permission.CONTRACT_PAY)
    cleaned = inputs.clean_values(inputs.PAYMENT, values)
    key = cleaned.get("request_key")
    # Before anything is refused: sent again once it has settled the contract, it overpays nothing.
    if key and (before := _find_by_key(tx, contract, key)):
        return _repeat_payment(before, contract, cleaned["amount"], key)
    require_above_zero(cleaned["amount"], "ck_payments_amount")
    refuse_closed(contract)
    _refuse_overpayment(contract, cleaned["amount"])
    if paid_on is not None:
        _refuse_future(tx, paid_on)
        cleaned["paid_on"] = paid_on
    if not allow_duplicate:
        _refuse_duplicate(tx, contract, cleaned["amount"], paid_on)
    return _write(tx, contract, models.Payment(contract_id=contract.id, **cleaned), key)


def reverse(
    tx: "Transaction",
    contract_id: int,
    payment_id: int,
    reason: str,
    *,
    paid_on: date | None = None,
) -> Change:
    """Take a payment back by an opposite entry: MANAGEMENT, with a reason.

    Raises NotFound, PermissionDenied, RuleViolation ``already_reversed`` or ``invalid_reversal``.
    """
    contract = find_permitted(tx, contract_id, Permission.CONTRACT_REVERSE_PAYMENT)
    payment = _find_reversible(tx, contract.id, payment_id)
    if payment.kind != PaymentKind.REFUND:
        refuse_closed(contract)
    reason = inputs.REASON.clean(reason)
    tx.give_reason(reason)
    opposite = models.Payment(
        contract_id=contract.id,
        amount=-payment.amount,
        kind=PaymentKind.REVERSAL,
        reverses_id=payment.id,
        reason=reason,
        **({} if paid_on is None else {"paid_on": paid_on}),
    )
    return _write(tx, contract, opposite, None)


def _find_reversible(tx: "Transaction", contract_id: int, payment_id: int) -> models.Payment:
    payment = tx.session.get(models.Payment, payment_id)
    if payment is None or payment.contract_id != contract_id:
        raise NotFound(
            _("Contract {contract} has no payment {id}.").format(
                contract=contract_id, id=payment_id
            ),
            hint=_("See its payments: epicevents contract payments {id}").format(id=contract_id),
        )
    if payment.kind in {PaymentKind.REVERSAL, PaymentKind.WRITE_OFF} or (
        payment.kind == PaymentKind.ADJUSTMENT and payment.amount < 0
    ):
        raise RuleViolation(
            _("Entry {id} is itself the opposite of another and cannot be reversed.").format(
                id=payment.id
            ),
            hint=_("Record a payment: epicevents contract pay {id}").format(id=contract_id),
            code="invalid_reversal",
        )
    before = tx.value("SELECT id FROM payments WHERE reverses_id = %s", (payment.id,))
    if before:
        raise RuleViolation(
            _("Payment {id} is already reversed, by entry {entry}.").format(
                id=payment.id, entry=before
            ),
            hint=_("See them: epicevents contract payments {id}").format(id=contract_id),
            code="already_reversed",
        )
    return payment


def refund(
    tx: "Transaction",
    contract_id: int,
    reason: str,
    *,
    lower_total: bool = False,
    paid_on: date | None = None,
    **values: object,
) -> Change:
    """Record that money went back to the client: MANAGEMENT, with a reason (rule 18).

    Of a cancelled contract at most what is to be refunded, and nothing is due by it. Of a living
    one at most what was received; its total is lowered with it (``lower_total``, goodwill), or it
    is due again. ``values`` are those of :data:`crm.domain.inputs.REFUND`, the amount above zero;
    the change's record is the entry, which is negative.

    Raises NotFound, PermissionDenied, InvalidValue, RuleViolation ``refund_too_high`` with the
    most that can be refunded, ``total_below_paid``, or ``key_reused``.
    """
    contract = find_permitted(tx, contract_id, Permission.CONTRACT_REFUND)
    cleaned = inputs.clean_values(inputs.REFUND, values)
    amount = cleaned.pop("amount")
    key = cleaned.get("request_key")
    if key and (before := _find_by_key(tx, contract, key)):
        return _repeat_payment(before, contract, -amount, key)
    require_above_zero(amount, "ck_payments_amount")
    reason = inputs.REASON.clean(reason)
    tx.give_reason(reason)
    refresh_record(tx, contract, lock=True)
    _refuse_refund(contract, amount)
    if paid_on is not None:
        _refuse_future(tx, paid_on)
        cleaned["paid_on"] = paid_on
    entry = models.Payment(
        contract_id=contract.id,
        amount=-amount,
        kind=PaymentKind.REFUND,
        reason=reason,
        **cleaned,
    )
    change = _write(tx, contract, entry, key)
    if lower_total and contract.closed_at is None:
        total = contract.total_amount
        lowered = write_values(tx, contract, {"total_amount": total - amount})
        change = Change(entry, change.old | lowered.old, change.new | lowered.new)
    return change


def _refuse_refund(contract: "Contract", amount: Decimal) -> None:
    most = contract.received
    if contract.closed_at is not None:
        most -= contract.kept_amount or Decimal(0)
    if amount > most:
        raise RuleViolation(
            _("{amount} is more than what can be refunded on contract {id}.").format(
                amount=format_amount(amount), id=contract.id
            ),
            hint=_("At most {most} can be refunded.").format(most=format_amount(most))
            if most
            else _("See its payments: epicevents contract payments {id}").format(id=contract.id),
            code="refund_too_high",
            details={"maximum": str(most)},
        )


def _refuse_future(tx: "Transaction", paid_on: date) -> None:
    """Refuse a day that has not come in the company (rule 20): RuleViolation ``paid_in_future``."""
    if tx.value("SELECT company_today()") < paid_on < date(3000, 1, 1):
        raise CONSTRAINTS["tg_payments_paid_in_future"].error()


def _refuse_duplicate(
    tx: "Transaction", contract: "Contract", amount: Decimal, paid_on: date | None
) -> None:
    """Refuse what may be one payment typed twice: people see it, an account does not."""
    equal = tx.value(
        "SELECT max(id) FROM payment_list WHERE contract_id = %s AND kind = 'PAYMENT'"
        " AND amount = %s AND paid_on = coalesce(%s, company_today()) AND reversed_by_id IS NULL",
        (contract.id, amount, paid_on),
    )
    if equal:
        raise RuleViolation(
            _(
                "Contract {id} has an equal payment of that day already: {payment}, {amount}."
            ).format(id=contract.id, payment=equal, amount=format_amount(amount)),
            hint=_("If it was paid twice, add --allow-duplicate, or a --key of its own."),
            code="duplicate_payment",
            details={"payment_id": equal},
        )


def _refuse_overpayment(contract: "Contract", amount: Decimal) -> None:
    if amount > contract.amount_due:
        settled = _("It is already paid: epicevents contract payments {id}")
        if contract.received < contract.total_amount:
            settled = _("Nothing is due any more: epicevents contract payments {id}")
        raise RuleViolation(
            _("{amount} is more than what is due on contract {id}.").format(
                amount=format_amount(amount), id=contract.id
            ),
            hint=_("At most {due} can be paid.").format(due=format_amount(contract.amount_due))
            if contract.amount_due
            else settled.format(id=contract.id),
            code="overpayment",
            details={"maximum": str(contract.amount_due)},
        )


def _write(tx: "Transaction", contract: "Contract", payment: "Payment", key: str | None) -> Change:
    from sqlalchemy.exc import IntegrityError

    due = contract.amount_due
    try:
        with tx.session.begin_nested():
            tx.session.add(payment)
    except IntegrityError:
        # Another payment came in between: the same one, or one that left less to pay.
        refresh_record(tx, contract)
        if key and (before := _find_by_key(tx, contract, key)):
            return _repeat_payment(before, contract, payment.amount, key)
        refuse_closed(contract)
        _refuse_overpayment(contract, payment.amount)
        raise
    refresh_record(tx, contract)
    return Change(payment, {"amount_due": due}, {"amount_due": contract.amount_due})


def _find_by_key(tx: "Transaction", contract: "Contract", key: str) -> "Payment | None":
    from sqlalchemy import select

    payment = models.Payment
    return tx.session.scalar(
        select(payment).where(payment.contract_id == contract.id, payment.request_key == key)
    )


def _repeat_payment(before: "Payment", contract: "Contract", amount: object, key: str) -> Change:
    if before.amount != amount:
        raise RuleViolation(
            _("The key {key} was used for a payment of {amount} on contract {id}.").format(
                key=key, amount=format_amount(before.amount), id=contract.id
            ),
            hint=_("Use a new --key for a new payment."),
            code="key_reused",
            details={"payment_id": before.id},
        )
    return Change(before)
