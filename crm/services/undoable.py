"""Whether what a transaction changed may be taken back: what it takes, and what stands against it.

Nothing is written here; what remains for races, the database refuses by its own constraints.
"""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from crm import models
from crm.domain.amounts import LARGEST_WHOLE_NUMBER
from crm.domain.enums import PaymentKind, Role
from crm.domain.errors import PermissionDenied, RuleViolation, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.permissions import NEEDS_REASON, Permission, authorize
from crm.queries import undo as query
from crm.queries.audit import NOUNS
from crm.services import contacts, contract
from crm.services.editing import find_record

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.queries.undo import PastTransaction, RestoreGroup

    Actions = dict[tuple[str, str], int]

# Deleting what was created takes what bringing back what was deleted takes.
DELETING = {
    "users": Permission.USER_DELETE,
    "clients": Permission.CLIENT_DELETE,
    "contracts": Permission.CONTRACT_DELETE,
    "events": Permission.EVENT_DELETE,
    "log_entries": Permission.CLIENT_LOG,
    "tasks": Permission.TASK_DELETE,
}
# How long somebody may take back what they noted themselves (rule 21); the database knows it too.
FRESH = timedelta(hours=1)
# Setting a field back; what depends on more than the field is in _permission().
SETTING_BACK = {
    ("users", "role"): Permission.USER_CHANGE_ROLE,
    ("clients", "sales_contact_id"): Permission.CLIENT_TRANSFER,
    ("events", "support_contact_id"): Permission.EVENT_ASSIGN,
    ("events", "overlap_allowed"): Permission.EVENT_ASSIGN,
    ("events", "cancelled_reason"): Permission.EVENT_CANCEL,
}
SETTING_OTHERS_BACK = {
    "users": Permission.USER_UPDATE,
    "clients": Permission.CLIENT_UPDATE,
    "contracts": Permission.CONTRACT_UPDATE,
    "events": Permission.EVENT_UPDATE,
    "tasks": Permission.TASK_UPDATE,
}
# Denied to others, these tell them whom to ask.
_BY_SUPPORT = frozenset({Permission.EVENT_UPDATE, Permission.EVENT_CANCEL})
# The opposite entry of each kind of entry in the ledger.
OPPOSITE: dict[str, Permission] = {
    PaymentKind.PAYMENT: Permission.CONTRACT_REVERSE_PAYMENT,
    PaymentKind.ADJUSTMENT: Permission.CONTRACT_ADJUST,
    PaymentKind.REVERSAL: Permission.CONTRACT_PAY,
    PaymentKind.REFUND: Permission.CONTRACT_REVERSE_PAYMENT,
}


def authorize_undo(
    tx: "Transaction", done: "PastTransaction", actions: "Actions", groups: "list[RestoreGroup]"
) -> bool:
    """Allow a transaction to be taken back; return whether that takes a reason.

    Raises PermissionDenied, RuleViolation ``already_undone``, ``cannot_undo`` or ``changed_since``,
    and those of the opposite change.
    """
    number = done.number
    authorize(
        tx.actor,
        Permission.UNDO,
        owner_id=done.employee_id,
        kind="transaction",
        record_id=number if number <= LARGEST_WHOLE_NUMBER else None,
    )
    _refuse_undone(tx, done)
    _refuse_unrecoverable(tx, number, actions)
    _refuse_stale(tx, done, actions)
    wanted = _authorize(tx, number, actions, groups)
    refuse_later(tx, number)
    for group in groups:
        if group.signing is False and group.records == 1:
            contract.refuse_unsign(tx, find_record(tx, models.Contract, group.record_id))
    overlapping = any(group.overlapping for group in groups)
    return bool(wanted & NEEDS_REASON) or overlapping or query.needs_reason(tx, number)


def refuse_later(tx: "Transaction", number: int) -> None:
    """Refuse what something later depends on, and say what: RuleViolation ``changed_since``."""
    later = query.find_later(tx, number)
    if later:
        told = [
            _("{number} ({command}, {who})").format(
                number=each.number, command=each.command or "-", who=each.employee or "-"
            )
            for each in later
        ]
        raise RuleViolation(
            _("The records of transaction {number} have been changed since, by {later}.").format(
                number=number, later=", ".join(told)
            ),
            hint=_("Undo the latest first: epicevents undo {last}").format(last=later[-1].number),
            code="changed_since",
            details={"transactions": [each.number for each in later]},
        )
    naming = query.find_references(tx, number)
    if naming:
        nouns = [NOUNS[each.table_name] for each in naming]
        told = [f"{_(noun)} {each.id}" for noun, each in zip(nouns, naming, strict=True)]
        raise RuleViolation(
            _("Other records refer to what transaction {number} created: {records}.").format(
                number=number, records=", ".join(told[: query.NAMED])
            ),
            hint=_("First undo the commands that wrote those; see: epicevents history KIND ID"),
            code="changed_since",
            details={"records": told},
        )


def reason_required_error() -> UsageFault:
    """Return the error that taking this back needs a reason."""
    return UsageFault(
        _("Undoing this needs a reason, which the history records."),
        hint=_("Add --reason TEXT."),
        code="reason_required",
    )


def _refuse_undone(tx: "Transaction", done: "PastTransaction") -> None:
    if done.undone_by is not None:
        raise RuleViolation(
            _("Transaction {number} has already been undone, by {by}.").format(
                number=done.number, by=done.undone_by
            ),
            hint=_("To reverse that: epicevents undo {last}").format(
                last=query.find_newest_of_chain(tx, done.number)
            ),
            code="already_undone",
            details={"transaction_id": done.undone_by},
        )


def _refuse_unrecoverable(tx: "Transaction", number: int, actions: "Actions") -> None:
    """Refuse what the audit cannot give back."""
    if query.sets_passwords(tx, number):
        why = _("it set a password, and passwords are not stored")
    elif query.has_erased_values(tx, number):
        why = _("it refers to a client who has been erased")
    elif ("users", "DELETE") in actions:
        why = _("it deleted an account, and its password is not stored")
    else:
        return
    raise RuleViolation(
        _("Transaction {number} cannot be undone: {why}.").format(number=number, why=why),
        hint=_("See it: epicevents audit list --transaction {number}").format(number=number),
        code="cannot_undo",
    )


def _refuse_stale(tx: "Transaction", done: "PastTransaction", actions: "Actions") -> None:
    """Refuse to take back one's log entry after an hour, unless one is MANAGEMENT."""
    if ("log_entries", "INSERT") not in actions or tx.actor.role == Role.MANAGEMENT:
        return
    if done.at <= tx.value("SELECT utc_now()") - FRESH and query.wrote_log(tx, done.number):
        raise PermissionDenied(
            _("{role} may take back a log entry only within an hour.").format(role=tx.actor.role),
            hint=_("Log a correction, or ask a colleague in MANAGEMENT."),
            details={"permission": Permission.UNDO.value, "kind": "log", "record_id": None},
        )


def _authorize(
    tx: "Transaction", number: int, actions: "Actions", groups: "list[RestoreGroup]"
) -> set[Permission]:
    """Allow each opposite change, or raise PermissionDenied; return what they take."""
    wanted = set()
    for table, action in actions:
        if action in ("INSERT", "DELETE") and table in DELETING:
            # What is not everybody's to delete is MANAGEMENT's, and else it is one's own command.
            authorize(tx.actor, DELETING[table], owner_id=tx.actor.id, kind=NOUNS[table])
    for group in groups:
        ask = partial(contacts.suggest_contact, tx, group.owner_id)
        for permission in {_permission(tx, group, field) for field in group.fields}:
            # Only MANAGEMENT moves an event to another contract.
            moves = permission == Permission.EVENT_UPDATE and "contract_id" in group.fields
            authorize(
                tx.actor,
                permission,
                owner_id=None if moves else group.owner_id,
                kind=NOUNS[group.table],
                record_id=group.record_id,
                instead=ask if permission in _BY_SUPPORT else None,
            )
            wanted.add(permission)
    for entry in query.read_payments(tx, number):
        contract.find_permitted(tx, entry.contract_id, OPPOSITE[entry.kind])
        wanted.add(OPPOSITE[entry.kind])
    return wanted


def _permission(tx: "Transaction", group: "RestoreGroup", field: str) -> Permission:
    match group.table, field:
        case "users", "phone" if group.owner_id == tx.actor.id:
            return Permission.OWN_PHONE
        case "users", "is_active":
            return Permission.USER_REACTIVATE if group.activating else Permission.USER_DEACTIVATE
        case "contracts", "signed_status":
            return Permission.CONTRACT_SIGN if group.signing else Permission.CONTRACT_UNSIGN
        case "contracts", "closed_reason" | "closed_note" | "kept_amount":
            return Permission.CONTRACT_CANCEL if group.signed else Permission.CONTRACT_REOPEN
        case "contracts", "total_amount" if group.signed and group.signing is None:
            return Permission.CONTRACT_AMEND
        case "contracts", "sales_contact_id" if "client_id" not in group.fields:
            return Permission.CLIENT_TRANSFER
    return SETTING_BACK.get((group.table, field), SETTING_OTHERS_BACK[group.table])
