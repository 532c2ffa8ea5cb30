"""What a contract may not become, said with the values at hand; the database refuses it too."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crm.domain.amounts import format_amount
from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext
from crm.domain.rules import CONSTRAINTS, require_above_zero
from crm.services.editing import refresh_record

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.models.contract import Contract

FROZEN = ("client_id", "total_amount")  # once it is signed


def refuse_frozen(contract: "Contract", values: Mapping[str, Any]) -> None:
    """Refuse to change what a signature froze (rule 11): RuleViolation ``contract_signed``."""
    frozen = [
        name
        for name, value in values.items()
        if name in FROZEN and value != getattr(contract, name)
    ]
    if contract.signed_status and frozen:
        hint = _("MANAGEMENT may unsign it: epicevents contract unsign {id}")
        if "total_amount" in frozen:
            hint = _("MANAGEMENT may amend the total: epicevents contract amend {id} {total}")
        raise RuleViolation(
            _("Contract {id} is signed, so its client and total can no longer change.").format(
                id=contract.id
            ),
            hint=hint.format(id=contract.id, total=values.get("total_amount")),
            code="contract_signed",
            details={"fields": frozen},
        )


def refuse_no_due_date(contract: "Contract", values: Mapping[str, Any]) -> None:
    """Refuse to take the due date of a signed contract away: ``due_date_required``."""
    if contract.signed_status and values.get("due_date", contract.due_date) is None:
        raise CONSTRAINTS["ck_contracts_due_date_known"].error()


def check_amounts(total: Decimal, due: Decimal) -> None:
    """Refuse what rule 5 does: ``invalid_total_amount``, ``amount_due_out_of_range``."""
    require_above_zero(total, "ck_contracts_total_amount")
    if due > total:
        raise RuleViolation(
            _("The amount due ({due}) is more than the total ({total}).").format(
                due=format_amount(due), total=format_amount(total)
            ),
            hint=_("It must be between zero and the total."),
            code="amount_due_out_of_range",
        )


def check_total(contract: "Contract", total: Decimal) -> None:
    """Refuse a total that is less than what is paid or adjusted: ``total_below_paid``."""
    settled = contract.total_amount - contract.amount_due
    if total < settled:
        adjusted = settled - contract.received
        amounts = {
            "total": format_amount(total),
            "paid": format_amount(contract.received),
            "settled": format_amount(settled),
            "adjusted": format_amount(adjusted),
        }
        raise RuleViolation(
            _(
                "The total cannot be {total}: {settled} of it is settled ({paid} paid, "
                "{adjusted} adjusted)."
            ).format(**amounts)
            if adjusted
            else _("The total cannot be {total}: {paid} is already paid.").format(**amounts),
            hint=_("The total must be at least {settled}.").format(settled=format_amount(settled)),
            code="total_below_paid",
            details={"paid": str(contract.received)}
            | ({"adjusted": str(adjusted)} if adjusted else {}),
        )
    check_amounts(total, Decimal(0))


def refuse_in_use(tx: "Transaction", contract: "Contract", refusal: str) -> None:
    """Refuse what payments or events on the contract forbid; ``refusal`` names them by {what}."""
    # Those that are under way are waited for, and counted.
    refresh_record(tx, contract, lock=True)
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


def closed_error(contract: "Contract") -> RuleViolation:
    """Return the error that a lost or cancelled contract no longer changes."""
    said = _("Contract {id} is lost and no longer changes.")
    hint = _("Reopen it: epicevents contract reopen {id}")
    if contract.signed_status:
        said = _("Contract {id} is cancelled and no longer changes.")
        hint = _("MANAGEMENT may undo the cancellation: epicevents history contract {id}")
    return RuleViolation(
        said.format(id=contract.id), hint=hint.format(id=contract.id), code="contract_closed"
    )


def refuse_closed(contract: "Contract") -> None:
    """Refuse to change a lost or cancelled contract (rule 17): ``contract_closed``."""
    if contract.closed_at is not None:
        raise closed_error(contract)
