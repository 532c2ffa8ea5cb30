"""Contracts: written, signed, paid, and what may still change afterwards."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crm import models
from crm.domain import inputs
from crm.domain.errors import RuleViolation, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext
from crm.domain.permissions import Permission
from crm.services import contacts
from crm.services.editing import Change, edit, expect_seen, expect_version, find, refresh, remove

if TYPE_CHECKING:
    from crm.database import Transaction
    from crm.models.client import Client
    from crm.models.contract import Contract

# Said with a change, not columns of the contract.
_SIGNED, _DUE = "signed_status", "amount_due"


def create(
    tx: "Transaction", *, client_id: int, signed_status: bool = False, **values: object
) -> Change:
    """Create a contract: SALES for their own clients, MANAGEMENT for any.

    Its sales contact is its client's. Less due than the total writes an opening payment.

    Raises NotFound, PermissionDenied, InvalidValue, RuleViolation ``invalid_total_amount`` or
    ``amount_due_out_of_range``.
    """
    client = client_for(tx, client_id)
    cleaned = inputs.clean(inputs.CONTRACT, values)
    total = cleaned["total_amount"]
    due = cleaned.get(_DUE)
    due = total if due is None else due
    _check_amounts(total, due)
    contract = models.Contract(
        client_id=client.id,
        sales_contact_id=client.sales_contact_id,
        total_amount=total,
        amount_due=due,
        signed_status=signed_status,
    )
    tx.session.add(contract)
    tx.session.flush()
    written = {"client_id": client.id, "total_amount": total, _DUE: due, _SIGNED: signed_status}
    return Change(contract, {}, written)


def client_for(tx: "Transaction", client_id: int) -> "Client":
    """Return the client if the actor may create a contract for it.

    Raises NotFound, PermissionDenied.
    """
    client = find(tx, models.Client, client_id)
    contacts.authorize_for_client(tx, Permission.CONTRACT_CREATE, client)
    return client


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

    Signing and unsigning, and an amount due set by hand, obey the rules of their own commands.

    Raises NotFound, PermissionDenied, InvalidValue, Conflict, RuleViolation.
    """
    contract = _find(tx, contract_id, Permission.CONTRACT_UPDATE)
    expect_version(contract, version)
    if reason is not None:
        _give_reason(tx, reason)
    cleaned = inputs.clean(inputs.CONTRACT, values)
    expect_seen(contract, cleaned, seen)
    signing, due = cleaned.pop(_SIGNED, None), cleaned.pop(_DUE, None)
    changes = []
    if signing is False and contract.signed_status:
        changes.append(unsign(tx, contract_id, reason))
    _refuse_frozen(contract, cleaned)
    if cleaned.get("client_id", contract.client_id) != contract.client_id:
        cleaned["sales_contact_id"] = _new_client(tx, contract, cleaned["client_id"])
    if "total_amount" in cleaned:
        _check_total(contract, cleaned["total_amount"])
    changes.append(edit(tx, contract, cleaned))
    if due is not None and due != contract.amount_due:
        changes.append(adjust(tx, contract_id, due, reason))
    if signing:
        changes.append(sign(tx, contract_id))
    return Change(
        contract,
        {name: value for change in changes for name, value in change.old.items()},
        {name: value for change in changes for name, value in change.new.items()},
    )


def sign(tx: "Transaction", contract_id: int) -> Change:
    """Sign a contract. One that is signed stays as it is: nothing changes, and that is no error."""
    contract = _find(tx, contract_id, Permission.CONTRACT_SIGN)
    return edit(tx, contract, {_SIGNED: True})


def unsign(tx: "Transaction", contract_id: int, reason: str | None) -> Change:
    """Take a signature back: MANAGEMENT, with a reason, while nothing is paid or planned on it.

    Raises PermissionDenied, RuleViolation ``contract_has_payments`` or ``contract_has_events``.
    """
    contract = _find(tx, contract_id, Permission.CONTRACT_UNSIGN)
    _give_reason(tx, reason)
    if contract.signed_status:
        refuse_unsigning(tx, contract)
    return edit(tx, contract, {_SIGNED: False})


def refuse_unsigning(tx: "Transaction", contract: "Contract") -> None:
    """Refuse to take a signature back on which something is paid or planned: RuleViolation."""
    _refuse_used(tx, contract, _("Contract {id} has {what} and is not unsigned."))


def amend(tx: "Transaction", contract_id: int, total_amount: object, reason: str | None) -> Change:
    """Change the total of a signed contract: MANAGEMENT, with a reason; the audit keeps both."""
    contract = _find(tx, contract_id, Permission.CONTRACT_AMEND)
    _give_reason(tx, reason)
    total = inputs.clean(inputs.CONTRACT, {"total_amount": total_amount})["total_amount"]
    _check_total(contract, total)
    return edit(tx, contract, {"total_amount": total})


def adjust(tx: "Transaction", contract_id: int, amount_due: Decimal, reason: str | None) -> Change:
    """Set the amount due by hand: MANAGEMENT, with a reason; the ledger keeps the adjustment."""
    contract = _find(tx, contract_id, Permission.CONTRACT_ADJUST)
    reason = _give_reason(tx, reason)
    # The entry is a difference: nobody may move the balance between reading and writing it.
    refresh(tx, contract, lock=True)
    _check_amounts(contract.total_amount, amount_due)
    old = contract.amount_due
    if old == amount_due:
        return Change(contract)
    tx.session.add(
        models.Payment(
            contract_id=contract.id, amount=old - amount_due, kind="ADJUSTMENT", reason=reason
        )
    )
    tx.session.flush()
    refresh(tx, contract)
    return Change(contract, {_DUE: old}, {_DUE: contract.amount_due})


def delete(tx: "Transaction", contract_id: int) -> Any:
    """Delete a contract that is unsigned and has no payment and no event; return it as it was.

    Raises NotFound, PermissionDenied, RuleViolation ``contract_signed``, ``contract_has_payments``
    or ``contract_has_events``.
    """
    contract = _find(tx, contract_id, Permission.CONTRACT_DELETE)
    refusal = _("Contract {id} has {what} and is not deleted.")
    _refuse_used(tx, contract, refusal)
    if contract.signed_status:
        raise RuleViolation(
            refusal.format(id=contract.id, what=_("a signature")),
            hint=_("Take it back first: epicevents contract unsign {id}").format(id=contract.id),
            code="contract_signed",
        )
    remove(tx, contract)
    return contract


def _find(tx: "Transaction", contract_id: int, permission: Permission) -> "Contract":
    """Return the contract, on which the actor has ``permission``."""
    contract = find(tx, models.Contract, contract_id)
    client = find(tx, models.Client, contract.client_id)
    contacts.authorize_for_client(tx, permission, client, record_id=contract.id)
    return contract


def _new_client(tx: "Transaction", contract: "Contract", client_id: int) -> int:
    """Return the sales contact of the client to whom an unsigned contract moves."""
    client = find(tx, models.Client, client_id)
    contacts.authorize_for_client(tx, Permission.CONTRACT_UPDATE, client, record_id=contract.id)
    return client.sales_contact_id


def _give_reason(tx: "Transaction", reason: str | None) -> str:
    if reason is None:
        raise UsageFault(
            _("This needs a reason, which the history keeps."),
            hint=_("Add --reason TEXT."),
            code="reason_required",
        )
    cleaned: str = inputs.REASON.clean(reason)
    tx.give_reason(cleaned)
    return cleaned


def _refuse_frozen(contract: "Contract", values: Mapping[str, Any]) -> None:
    frozen = [name for name, value in values.items() if value != getattr(contract, name)]
    if contract.signed_status and frozen:
        raise RuleViolation(
            _("Contract {id} is signed; its client and total no longer change.").format(
                id=contract.id
            ),
            hint=_("MANAGEMENT may amend the total: epicevents contract amend {id}").format(
                id=contract.id
            ),
            code="contract_signed",
            details={"fields": frozen},
        )


def _check_amounts(total: Decimal, due: Decimal) -> None:
    if total <= 0:
        raise RuleViolation(
            _("The total of a contract is more than zero."), code="invalid_total_amount"
        )
    if due > total:
        raise RuleViolation(
            _("The amount due ({due}) is more than the total ({total}).").format(
                due=due, total=total
            ),
            hint=_("It lies between zero and the total."),
            code="amount_due_out_of_range",
        )


def _check_total(contract: "Contract", total: Decimal) -> None:
    paid = contract.total_amount - contract.amount_due
    if total < paid:
        raise RuleViolation(
            _("The total cannot be {total}: {paid} is already paid.").format(
                total=total, paid=paid
            ),
            hint=_("The least that it can be is {paid}.").format(paid=paid),
            code="total_below_paid",
            details={"paid": str(paid)},
        )
    _check_amounts(total, Decimal(0))


def _refuse_used(tx: "Transaction", contract: "Contract", refusal: str) -> None:
    """Refuse what payments or events on the contract forbid; ``refusal`` names them by {what}."""
    # Those that are under way are waited for, and counted.
    refresh(tx, contract, lock=True)
    payments = tx.value("SELECT count(*) FROM payments WHERE contract_id = %s", (contract.id,))
    events = tx.value("SELECT count(*) FROM events WHERE contract_id = %s", (contract.id,))
    if payments:
        code, see = "contract_has_payments", "contract payments {id}"
        what = ngettext("{count} payment", "{count} payments", payments)
    elif events:
        code, see = "contract_has_events", "event list --contract {id}"
        what = ngettext("{count} event", "{count} events", events)
    else:
        return
    raise RuleViolation(
        refusal.format(id=contract.id, what=what.format(count=payments or events)),
        hint=_("See them: epicevents {command}").format(command=see.format(id=contract.id)),
        code=code,
    )
