"""How contracts end without being paid: drafts are lost, signed ones are cancelled (rule 17)."""

from decimal import Decimal
from typing import TYPE_CHECKING

from crm.domain import inputs
from crm.domain.amounts import format_amount
from crm.domain.enums import LossReason
from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission
from crm.services.contract import find_permitted
from crm.services.contract_checks import closed_error
from crm.services.editing import Change, refresh_record, require_version, write_values

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.models.contract import Contract

CANCELLED = "cancelled"  # the word in the place of a reason from the list; the note says why


def lose(
    tx: "Transaction",
    contract_id: int,
    reason: LossReason,
    *,
    note: str | None = None,
    version: int | None = None,
) -> Change:
    """Call a draft lost: it owes nothing any more. One that is lost stays as it is.

    Raises NotFound, PermissionDenied, Conflict, RuleViolation ``contract_signed``,
    ``contract_closed`` or ``contract_has_payments`` while money for it is here.
    """
    contract = _find(tx, contract_id, Permission.CONTRACT_LOSE, version)
    if contract.signed_status:
        if contract.closed_at:
            raise closed_error(contract)
        raise RuleViolation(
            _("Contract {id} is signed; only a draft can be lost.").format(id=contract.id),
            hint=_("MANAGEMENT may cancel it: epicevents contract cancel {id}").format(
                id=contract.id
            ),
            code="contract_signed",
        )
    if contract.closed_at:
        return Change(contract)
    if contract.received:
        raise RuleViolation(
            _("{amount} was received for contract {id}, so it cannot be lost yet.").format(
                amount=format_amount(contract.received), id=contract.id
            ),
            hint=_("Refund it first: epicevents contract refund {id} {amount}").format(
                id=contract.id, amount=contract.received
            ),
            code="contract_has_payments",
            details={"received": str(contract.received)},
        )
    return _close(tx, contract, {"closed_reason": reason.value, "closed_note": _clean_note(note)})


def cancel(
    tx: "Transaction",
    contract_id: int,
    reason: str,
    keep: object,
    *,
    version: int | None = None,
) -> Change:
    """Cancel a signed contract and keep ``keep`` of what was received: MANAGEMENT, with a reason.

    It owes nothing any more; what was received beyond ``keep`` is to be refunded, and its coming
    events are cancelled with it. One that is cancelled stays as it is.

    Raises NotFound, PermissionDenied, Conflict, InvalidValue, RuleViolation
    ``contract_not_signed``, or ``kept_amount_out_of_range`` with the most that can be kept.
    """
    contract = _find(tx, contract_id, Permission.CONTRACT_CANCEL, version)
    if not contract.signed_status:
        if contract.closed_at:
            raise closed_error(contract)
        raise RuleViolation(
            _("Contract {id} is not signed; only a signed one can be cancelled.").format(
                id=contract.id
            ),
            hint=_("Call it lost: epicevents contract lose {id}").format(id=contract.id),
            code="contract_not_signed",
        )
    if contract.closed_at:
        return Change(contract)
    reason = inputs.REASON.clean(reason)
    tx.give_reason(reason)
    kept: Decimal = inputs.KEPT.clean(keep)
    if kept > contract.received:
        raise RuleViolation(
            _("{kept} cannot be kept: {received} was received for contract {id}.").format(
                kept=format_amount(kept),
                received=format_amount(contract.received),
                id=contract.id,
            ),
            hint=_("Keep at most {most}: --keep {amount}").format(
                most=format_amount(contract.received), amount=contract.received
            ),
            code="kept_amount_out_of_range",
            details={"maximum": str(contract.received)},
        )
    values = {"closed_reason": CANCELLED, "closed_note": reason, "kept_amount": kept}
    return _close(tx, contract, values)


def reopen(tx: "Transaction", contract_id: int, *, version: int | None = None) -> Change:
    """Make a draft of a lost contract again, with what was due before.

    Raises NotFound, PermissionDenied, Conflict, RuleViolation ``contract_closed`` for a cancelled
    one, whose cancellation is undone instead.
    """
    contract = _find(tx, contract_id, Permission.CONTRACT_REOPEN, version)
    if contract.signed_status and contract.closed_at:
        raise closed_error(contract)
    return _close(tx, contract, {"closed_reason": None, "closed_note": None})


def _find(
    tx: "Transaction", contract_id: int, permission: Permission, version: int | None
) -> "Contract":
    """Return the contract, which nobody else signs, pays or closes from now on."""
    contract = find_permitted(tx, contract_id, permission)
    require_version(contract, version)
    refresh_record(tx, contract, lock=True)
    return contract


def _clean_note(note: str | None) -> str | None:
    cleaned: str | None = inputs.LOSS_NOTE.clean(note) if note else None
    return cleaned


def _close(tx: "Transaction", contract: "Contract", values: dict[str, object]) -> Change:
    """Write why it is closed, or that it is not; the database writes off what was due."""
    change = write_values(tx, contract, values)
    if change:
        refresh_record(tx, contract)
    return change
