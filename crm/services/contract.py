"""Contracts: written, signed, paid, and what may still change afterwards."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crm import models
from crm.domain import inputs
from crm.domain.enums import PaymentKind
from crm.domain.errors import RuleViolation, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission
from crm.domain.rules import CONSTRAINTS
from crm.services import contacts, privacy
from crm.services.contract_checks import (
    check_amounts,
    check_total,
    refuse_closed,
    refuse_frozen,
    refuse_in_use,
    refuse_no_due_date,
)
from crm.services.editing import (
    Change,
    delete_record,
    find_record,
    refresh_record,
    require_unchanged,
    require_version,
    write_values,
)

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.models.client import Client
    from crm.models.contract import Contract

# Said with a change, not columns of the contract.
_SIGNED, _DUE, _DUE_DATE = "signed_status", "amount_due", "due_date"


def create(
    tx: "Transaction",
    *,
    client_id: int,
    signed_status: bool = False,
    due_date: date | None = None,
    **values: object,
) -> Change:
    """Create a contract: SALES for their own clients, MANAGEMENT for any.

    Its sales contact is its client's. Less due than the total writes an opening payment. Without a
    ``due_date`` it is to be paid thirty days after its signature.

    Raises NotFound, PermissionDenied, InvalidValue, RuleViolation ``invalid_total_amount`` or
    ``amount_due_out_of_range``.
    """
    client = find_sellable_client(tx, client_id)
    cleaned = inputs.clean_values(inputs.CONTRACT, values)
    total = cleaned["total_amount"]
    due = cleaned.get(_DUE)
    due = total if due is None else due
    check_amounts(total, due)
    contract = models.Contract(
        client_id=client.id,
        sales_contact_id=client.sales_contact_id,
        total_amount=total,
        amount_due=due,
        signed_status=signed_status,
        # Left out, and not null: the database then counts the days itself.
        **({} if due_date is None else {_DUE_DATE: due_date}),
    )
    tx.session.add(contract)
    # Here, and not at the commit: what a constraint refuses is this service's to explain.
    tx.session.flush()
    written = {"client_id": client.id, "total_amount": total, _DUE: due, _SIGNED: signed_status}
    return Change(contract, {}, written)


def find_sellable_client(tx: "Transaction", client_id: int) -> "Client":
    """Return the client if the actor may create a contract for it.

    Raises NotFound, PermissionDenied, RuleViolation ``client_erased``.
    """
    client = find_record(tx, models.Client, client_id)
    contacts.authorize_for_client(tx, Permission.CONTRACT_CREATE, client)
    privacy.refuse_erased(client)
    return client


def find_permitted(tx: "Transaction", contract_id: int, permission: Permission) -> "Contract":
    """Return the contract, on which the actor has ``permission``.

    Raises NotFound, PermissionDenied.
    """
    contract = find_record(tx, models.Contract, contract_id)
    client = find_record(tx, models.Client, contract.client_id)
    contacts.authorize_for_client(tx, permission, client, record_id=contract.id)
    return contract


def update(
    tx: "Transaction",
    contract_id: int,
    values: Mapping[str, object],
    *,
    reason: str | None = None,
    version: int | None = None,
    seen: Mapping[str, Any] | None = None,
) -> Change:
    """Change a contract; after signing, client and total are frozen (rule 11).

    Signing and unsigning, and an amount due set by hand, obey the rules of their own commands. The
    due date may move after the signature too: agreeing on another day is no change of the price.
    An empty one takes it away, and a signed contract keeps one.

    Raises NotFound, PermissionDenied, InvalidValue, Conflict, RuleViolation.
    """
    contract = find_permitted(tx, contract_id, Permission.CONTRACT_UPDATE)
    require_version(contract, version)
    refuse_closed(contract)
    if reason is not None:
        _give_reason(tx, reason)
    cleaned = inputs.clean_values(inputs.CONTRACT, values)
    require_unchanged(contract, cleaned, seen)
    signing, due = cleaned.pop(_SIGNED, None), cleaned.pop(_DUE, None)
    if _DUE_DATE in cleaned:
        cleaned[_DUE_DATE] = cleaned[_DUE_DATE] or None
    changes = []
    # Unsigned first, since the signature may be what freezes the rest; signed last, since it does.
    # The balance moves with the total, so that an amount due by hand comes after it.
    if signing is False and contract.signed_status:
        changes.append(unsign(tx, contract_id, reason))
    refuse_frozen(contract, cleaned)
    refuse_no_due_date(contract, cleaned)
    if cleaned.get("client_id", contract.client_id) != contract.client_id:
        cleaned["sales_contact_id"] = _authorize_new_client(tx, contract, cleaned["client_id"])
    if "total_amount" in cleaned:
        check_total(contract, cleaned["total_amount"])
    changes.append(write_values(tx, contract, cleaned))
    if due is not None and due != contract.amount_due:
        changes.append(adjust(tx, contract_id, due, reason))
    if signing:
        changes.append(sign(tx, contract_id))
    return Change(
        contract,
        {name: value for change in changes for name, value in change.old.items()},
        {name: value for change in changes for name, value in change.new.items()},
    )


def sign(
    tx: "Transaction",
    contract_id: int,
    *,
    signed_at: datetime | None = None,
    due_date: date | None = None,
    version: int | None = None,
) -> Change:
    """Sign a contract. One that is signed stays as it is: nothing changes, and that is no error.

    ``signed_at``, naive UTC, may lie before the contract was created here, because paper is often
    typed in later, but not in the future; without it, it is signed now. It is to be paid at its own
    due date, at ``due_date`` where one is given, else thirty days after the signature.

    Raises NotFound, PermissionDenied, Conflict, RuleViolation ``signed_in_future``.
    """
    contract = find_permitted(tx, contract_id, Permission.CONTRACT_SIGN)
    require_version(contract, version)
    refuse_closed(contract)
    if contract.signed_status:
        return Change(contract)
    if signed_at is not None and signed_at > datetime.now(UTC).replace(tzinfo=None):
        raise CONSTRAINTS["tg_contracts_signed_in_future"].error()
    given = {"signed_at": signed_at, _DUE_DATE: due_date}
    chosen = {name: value for name, value in given.items() if value is not None}
    return write_values(tx, contract, {_SIGNED: True, **chosen})


def unsign(
    tx: "Transaction", contract_id: int, reason: str | None, *, version: int | None = None
) -> Change:
    """Take a signature back: MANAGEMENT, with a reason, while nothing is paid or planned on it.

    Raises PermissionDenied, Conflict, RuleViolation ``contract_has_payments`` or
    ``contract_has_events``.
    """
    contract = find_permitted(tx, contract_id, Permission.CONTRACT_UNSIGN)
    require_version(contract, version)
    refuse_closed(contract)
    _give_reason(tx, reason)
    if contract.signed_status:
        refuse_unsign(tx, contract)
    return write_values(tx, contract, {_SIGNED: False})


def refuse_unsign(tx: "Transaction", contract: "Contract") -> None:
    """Refuse to take a signature back on which something is paid or planned: RuleViolation."""
    refuse_in_use(tx, contract, _("Contract {id} has {what} and cannot be unsigned."))


def amend(
    tx: "Transaction",
    contract_id: int,
    total_amount: object,
    reason: str | None,
    *,
    version: int | None = None,
) -> Change:
    """Change the total of a signed contract: MANAGEMENT, with a reason; the audit keeps both.

    Raises NotFound, PermissionDenied, InvalidValue, Conflict, RuleViolation.
    """
    contract = find_permitted(tx, contract_id, Permission.CONTRACT_AMEND)
    require_version(contract, version)
    refuse_closed(contract)
    _give_reason(tx, reason)
    total = inputs.clean_values(inputs.CONTRACT, {"total_amount": total_amount})["total_amount"]
    check_total(contract, total)
    return write_values(tx, contract, {"total_amount": total})


def adjust(tx: "Transaction", contract_id: int, amount_due: Decimal, reason: str | None) -> Change:
    """Set the amount due by hand: MANAGEMENT, with a reason; the ledger keeps the adjustment."""
    contract = find_permitted(tx, contract_id, Permission.CONTRACT_ADJUST)
    reason = _give_reason(tx, reason)
    # The entry is a difference: nobody may move the balance between reading and writing it.
    refresh_record(tx, contract, lock=True)
    refuse_closed(contract)
    check_amounts(contract.total_amount, amount_due)
    old = contract.amount_due
    if old == amount_due:
        return Change(contract)
    tx.session.add(
        models.Payment(
            contract_id=contract.id,
            amount=old - amount_due,
            kind=PaymentKind.ADJUSTMENT,
            reason=reason,
        )
    )
    tx.session.flush()
    refresh_record(tx, contract)
    return Change(contract, {_DUE: old}, {_DUE: contract.amount_due})


def delete(tx: "Transaction", contract_id: int) -> Any:
    """Delete a contract that is unsigned and has no payment and no event; return it as it was.

    Raises NotFound, PermissionDenied, RuleViolation ``contract_signed``, ``contract_has_payments``
    or ``contract_has_events``.
    """
    contract = find_permitted(tx, contract_id, Permission.CONTRACT_DELETE)
    refusal = _("Contract {id} has {what} and cannot be deleted.")
    # It locks and reads the contract again: only then is the signature that of this moment.
    refuse_in_use(tx, contract, refusal)
    if contract.signed_status:
        raise RuleViolation(
            refusal.format(id=contract.id, what=_("a signature")),
            hint=_("Unsign it first: epicevents contract unsign {id}").format(id=contract.id),
            code="contract_signed",
        )
    delete_record(tx, contract)
    return contract


def _authorize_new_client(tx: "Transaction", contract: "Contract", client_id: int) -> int:
    """Return the sales contact of the client to whom an unsigned contract moves."""
    client = find_record(tx, models.Client, client_id)
    contacts.authorize_for_client(tx, Permission.CONTRACT_UPDATE, client, record_id=contract.id)
    return client.sales_contact_id


def _give_reason(tx: "Transaction", reason: str | None) -> str:
    if reason is None:
        raise UsageFault(
            _("This needs a reason, which the history records."),
            hint=_("Add --reason TEXT."),
            code="reason_required",
        )
    cleaned: str = inputs.REASON.clean(reason)
    tx.give_reason(cleaned)
    return cleaned
