"""Who may stand as a sales or support contact, and whom to ask instead (rules 1, 2 and 10)."""

from functools import partial
from typing import TYPE_CHECKING

from crm.domain.enums import Role
from crm.domain.errors import NotFound, RuleViolation, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission, authorize, scope_of

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.models.client import Client


def require_contact(tx: "Transaction", user_id: int, role: Role) -> None:
    """Refuse anybody but an active person of ``role``. Raises NotFound, RuleViolation."""
    found = tx.row("SELECT full_name, role, is_active FROM user_list WHERE id = %s", (user_id,))
    if found is None:
        raise NotFound(
            _("Colleague {id} does not exist.").format(id=user_id),
            hint=_("See all colleagues: epicevents user list"),
        )
    name, actual, active = found
    see = _("See the possible contacts: epicevents user list --role {role} --active").format(
        role=role
    )
    if actual != role:
        raise RuleViolation(
            _("{name} is {actual}, but the contact must be {role}.").format(
                name=name, actual=actual, role=role
            ),
            hint=see,
            code=f"{role.lower()}_contact_role",
        )
    if not active:
        raise RuleViolation(
            _("The account of {name} is deactivated, so nothing can be assigned to it.").format(
                name=name
            ),
            hint=see,
            code="inactive_contact",
        )


def read_name(tx: "Transaction", user_id: int | None) -> str:
    """Return a colleague's full name."""
    found = tx.value("SELECT full_name FROM user_list WHERE id = %s", (user_id,))
    return str(found) if found else _("nobody")


def suggest_contact(tx: "Transaction", user_id: int | None) -> str:
    """Return the hint that names who may do it instead."""
    if user_id is None or user_id == tx.actor.id:
        return _("Ask a colleague in {roles}.").format(roles=Role.MANAGEMENT)
    return _("Ask {name}, or a colleague in {roles}.").format(
        name=read_name(tx, user_id), roles=Role.MANAGEMENT
    )


def authorize_for_client(
    tx: "Transaction",
    permission: Permission,
    client: "Client",
    *,
    kind: str = "contract",
    record_id: int | None = None,
) -> None:
    """Allow what the permission table grants on a contract, which is whose its client is.

    Raises PermissionDenied, which names the client's contact where that person may do it.
    """
    contact_id = client.sales_contact_id
    theirs = contact_id != tx.actor.id and scope_of(Role.SALES, permission)
    authorize(
        tx.actor,
        permission,
        owner_id=contact_id,
        kind=kind,
        record_id=record_id,
        instead=partial(suggest_contact, tx, contact_id) if theirs else None,
    )


def missing_contact_error(option: str) -> UsageFault:
    """Return the error that MANAGEMENT must name the contact."""
    return UsageFault(
        _("MANAGEMENT must name the sales contact."),
        hint=_("Add {option} USER.").format(option=option),
        code="missing_option",
    )
