"""Who may do what, as data: read by services, denial texts, ``permissions``, the README and tests.

The database enforces the same table by its policies (``migrations/objects``); a test runs every
cell of it both ways.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from crm.domain.enums import Role
from crm.domain.errors import PermissionDenied
from crm.domain.i18n import gettext as _


class Permission(StrEnum):
    """What can be allowed; the value is the stable name in machine output and in the audit."""

    USER_CREATE = "user:create"
    USER_UPDATE = "user:update"
    USER_DEACTIVATE = "user:deactivate"
    USER_REACTIVATE = "user:reactivate"
    USER_TRANSFER = "user:transfer"
    USER_DELETE = "user:delete"
    USER_RESET_PASSWORD = "user:reset-password"  # noqa: S105  a name
    USER_CHANGE_ROLE = "user:change-role"
    OWN_PHONE = "user:own-phone"
    OWN_PASSWORD = "user:own-password"  # noqa: S105  a name
    CLIENT_CREATE = "client:create"
    CLIENT_UPDATE = "client:update"
    CLIENT_TRANSFER = "client:transfer"
    CLIENT_DELETE = "client:delete"
    CLIENT_IMPORT = "client:import"
    CLIENT_PRIVACY_EXPORT = "client:privacy-export"
    CLIENT_ERASE = "client:erase"
    CLIENT_LOG = "client:log"
    BULK_EXPORT = "export"
    CONTRACT_CREATE = "contract:create"
    CONTRACT_UPDATE = "contract:update"
    CONTRACT_SIGN = "contract:sign"
    CONTRACT_PAY = "contract:pay"
    CONTRACT_UNSIGN = "contract:unsign"
    CONTRACT_AMEND = "contract:amend"
    CONTRACT_REVERSE_PAYMENT = "contract:reverse-payment"
    CONTRACT_ADJUST = "contract:adjust"
    CONTRACT_LOSE = "contract:lose"
    CONTRACT_REOPEN = "contract:reopen"
    CONTRACT_CANCEL = "contract:cancel"
    CONTRACT_REFUND = "contract:refund"
    CONTRACT_DELETE = "contract:delete"
    EVENT_CREATE = "event:create"
    EVENT_UPDATE = "event:update"
    EVENT_CANCEL = "event:cancel"
    EVENT_ASSIGN = "event:assign"
    EVENT_DELETE = "event:delete"
    TASK_CREATE = "task:create"
    TASK_UPDATE = "task:update"
    TASK_DELETE = "task:delete"
    SESSION_LIST = "session:list"
    SESSION_REVOKE = "session:revoke"
    HISTORY_READ = "history:read"
    DENIED_LIST = "audit:denied"
    UNDO = "undo"


class Scope(StrEnum):
    """On which records a permission is granted."""

    OWN = "own"
    ANY = "any"


OWN, ANY = Scope.OWN, Scope.ANY

_EVERYONE = {
    Permission.OWN_PHONE: OWN,
    Permission.OWN_PASSWORD: OWN,
    Permission.BULK_EXPORT: ANY,
    Permission.CLIENT_LOG: ANY,
    Permission.TASK_CREATE: ANY,
    Permission.TASK_UPDATE: OWN,
    Permission.TASK_DELETE: OWN,
    Permission.HISTORY_READ: ANY,
    Permission.UNDO: OWN,
    Permission.SESSION_LIST: OWN,
    Permission.SESSION_REVOKE: OWN,
}

# What is not listed is denied. Reading is everyone's who is logged in.
GRANTS: dict[Role, dict[Permission, Scope]] = {
    Role.SALES: _EVERYONE
    | {
        Permission.CLIENT_CREATE: OWN,
        Permission.CLIENT_UPDATE: OWN,
        Permission.CLIENT_IMPORT: OWN,
        Permission.CLIENT_PRIVACY_EXPORT: OWN,
        Permission.CONTRACT_CREATE: OWN,
        Permission.CONTRACT_UPDATE: OWN,
        Permission.CONTRACT_SIGN: OWN,
        Permission.CONTRACT_PAY: OWN,
        Permission.CONTRACT_LOSE: OWN,
        Permission.CONTRACT_REOPEN: OWN,
        Permission.EVENT_CREATE: OWN,
    },
    Role.SUPPORT: _EVERYONE | {Permission.EVENT_UPDATE: OWN, Permission.EVENT_CANCEL: OWN},
    Role.MANAGEMENT: dict.fromkeys(Permission, ANY)
    | {Permission.OWN_PHONE: OWN, Permission.OWN_PASSWORD: OWN},
}

# Nobody does these to themselves, whatever their role.
NEVER_ONESELF = frozenset(
    {
        Permission.USER_CHANGE_ROLE,
        Permission.USER_DEACTIVATE,
        Permission.USER_DELETE,
        Permission.USER_RESET_PASSWORD,  # whoever copied a manager's token would keep the account
    }
)

# Allowed to MANAGEMENT with a reason that the audit keeps.
NEEDS_REASON = frozenset(
    {
        Permission.CONTRACT_UNSIGN,
        Permission.CONTRACT_AMEND,
        Permission.CONTRACT_REVERSE_PAYMENT,
        Permission.CONTRACT_ADJUST,
        Permission.CONTRACT_CANCEL,
        Permission.CONTRACT_REFUND,
        Permission.CLIENT_ERASE,
    }
)


class Actor(NamedTuple):
    """The employee whom a transaction acts for, as the database sees them now.

    ``expires_at`` is when the session ends, in UTC.
    """

    id: int
    email: str
    first_name: str
    last_name: str
    role: Role
    must_change_password: bool
    expires_at: datetime

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


def scope_of(role: Role, permission: Permission) -> Scope | None:
    """Return on which records ``role`` has ``permission``, ``None`` where it has it on none."""
    return GRANTS[role].get(permission)


def authorize(
    actor: Actor,
    permission: Permission,
    *,
    owner_id: int | None = None,
    kind: str | None = None,
    record_id: int | None = None,
    instead: "str | Callable[[], str] | None" = None,
) -> None:
    """Allow ``actor`` to do ``permission`` to a record that ``owner_id`` owns, or raise.

    ``kind`` and ``record_id`` name the record for the list of denied attempts; ``instead`` says
    what the person may do, where the caller knows better than the table; what has to be looked up
    for that is a function, which is called for a denial only.

    Raises PermissionDenied, which says which rule denied it and what may be done instead.
    """
    require_own_password(actor)
    if permission in NEVER_ONESELF and record_id == actor.id:
        why = _("Nobody may {doing}.").format(doing=_SELF_DESCRIPTIONS[permission]())
        instead = _SELF_HINTS.get(permission, instead)
        raise _denied_error(permission, kind, record_id, why, instead)
    scope = scope_of(actor.role, permission)
    if scope is Scope.ANY or (scope is Scope.OWN and owner_id == actor.id):
        return
    if scope is Scope.OWN:
        why = _("{role} may {doing}.").format(
            role=actor.role, doing=_OWN_DESCRIPTIONS[permission]()
        )
    else:
        why = _("{role} may not {doing}.").format(
            role=actor.role, doing=describe_permission(permission)
        )
    raise _denied_error(permission, kind, record_id, why, instead)


def require_own_password(actor: Actor) -> None:
    """Refuse everything to those whose password somebody else has set: PermissionDenied."""
    if actor.must_change_password:
        raise PermissionDenied(
            _("Somebody else set your password, so you must change it first."),
            hint=_("Run: epicevents password"),
            code="password_change_required",
        )


def describe_permission(permission: Permission) -> str:
    """Return what ``permission`` allows, as the words after "may"."""
    return _DESCRIPTIONS[permission]()


def _denied_error(
    permission: Permission,
    kind: str | None,
    record_id: int | None,
    why: str,
    instead: "str | Callable[[], str] | None",
) -> PermissionDenied:
    holders = [other.value for other in Role if scope_of(other, permission) is Scope.ANY]
    told = instead() if callable(instead) else instead
    hint = told or _("Ask a colleague in {roles}.").format(roles=", ".join(holders))
    return PermissionDenied(
        why,
        hint=hint,
        details={"permission": permission.value, "kind": kind, "record_id": record_id},
    )


# Functions, because the reader's language is known only when a sentence is shown.
_DESCRIPTIONS = {
    Permission.USER_CREATE: lambda: _("create accounts"),
    Permission.USER_UPDATE: lambda: _("update accounts"),
    Permission.USER_DEACTIVATE: lambda: _("deactivate accounts"),
    Permission.USER_REACTIVATE: lambda: _("reactivate accounts"),
    Permission.USER_TRANSFER: lambda: _("transfer a portfolio"),
    Permission.USER_DELETE: lambda: _("delete accounts"),
    Permission.USER_RESET_PASSWORD: lambda: _("reset passwords"),
    Permission.USER_CHANGE_ROLE: lambda: _("change roles"),
    Permission.OWN_PHONE: lambda: _("change a phone number"),
    Permission.OWN_PASSWORD: lambda: _("change a password"),
    Permission.CLIENT_CREATE: lambda: _("create clients"),
    Permission.CLIENT_UPDATE: lambda: _("update a client"),
    Permission.CLIENT_TRANSFER: lambda: _("transfer a client"),
    Permission.CLIENT_DELETE: lambda: _("delete a client"),
    Permission.CLIENT_IMPORT: lambda: _("import clients"),
    Permission.CLIENT_PRIVACY_EXPORT: lambda: _("export the data held on a client"),
    Permission.CLIENT_ERASE: lambda: _("erase a client"),
    Permission.CLIENT_LOG: lambda: _("log what was said to a client"),
    Permission.BULK_EXPORT: lambda: _("export listings"),
    Permission.CONTRACT_CREATE: lambda: _("create contracts"),
    Permission.CONTRACT_UPDATE: lambda: _("update a contract"),
    Permission.CONTRACT_SIGN: lambda: _("sign a contract"),
    Permission.CONTRACT_PAY: lambda: _("record a payment"),
    Permission.CONTRACT_UNSIGN: lambda: _("unsign a contract"),
    Permission.CONTRACT_AMEND: lambda: _("amend a signed contract"),
    Permission.CONTRACT_REVERSE_PAYMENT: lambda: _("reverse a payment"),
    Permission.CONTRACT_ADJUST: lambda: _("set an amount due by hand"),
    Permission.CONTRACT_LOSE: lambda: _("call a draft lost"),
    Permission.CONTRACT_REOPEN: lambda: _("reopen a lost contract"),
    Permission.CONTRACT_CANCEL: lambda: _("cancel a signed contract"),
    Permission.CONTRACT_REFUND: lambda: _("refund money"),
    Permission.CONTRACT_DELETE: lambda: _("delete a contract"),
    Permission.EVENT_CREATE: lambda: _("create events"),
    Permission.EVENT_UPDATE: lambda: _("update an event"),
    Permission.EVENT_CANCEL: lambda: _("cancel an event"),
    Permission.EVENT_ASSIGN: lambda: _("assign support"),
    Permission.EVENT_DELETE: lambda: _("delete an event"),
    Permission.TASK_CREATE: lambda: _("create tasks"),
    Permission.TASK_UPDATE: lambda: _("update a task"),
    Permission.TASK_DELETE: lambda: _("delete a task"),
    Permission.SESSION_LIST: lambda: _("list sessions"),
    Permission.SESSION_REVOKE: lambda: _("revoke sessions"),
    Permission.HISTORY_READ: lambda: _("read the history"),
    Permission.DENIED_LIST: lambda: _("list denied attempts"),
    Permission.UNDO: lambda: _("undo a command"),
}
# The same where it is granted on one's own alone.
_OWN_DESCRIPTIONS = {
    Permission.OWN_PHONE: lambda: _("change only their own phone number"),
    Permission.OWN_PASSWORD: lambda: _("change only their own password"),
    Permission.CLIENT_CREATE: lambda: _("create only clients of their own"),
    Permission.CLIENT_UPDATE: lambda: _("update only their own clients"),
    Permission.CLIENT_IMPORT: lambda: _("import only clients of their own"),
    Permission.CLIENT_PRIVACY_EXPORT: lambda: _("export the data held only on their own clients"),
    Permission.CONTRACT_CREATE: lambda: _("create contracts only for their own clients"),
    Permission.CONTRACT_UPDATE: lambda: _("update only contracts of their own clients"),
    Permission.CONTRACT_SIGN: lambda: _("sign only contracts of their own clients"),
    Permission.CONTRACT_PAY: lambda: _("record payments only on contracts of their own clients"),
    Permission.CONTRACT_LOSE: lambda: _("call only drafts of their own clients lost"),
    Permission.CONTRACT_REOPEN: lambda: _("reopen only lost contracts of their own clients"),
    Permission.EVENT_CREATE: lambda: _("create events only for their own clients"),
    Permission.EVENT_UPDATE: lambda: _("update only the events that are assigned to them"),
    Permission.TASK_UPDATE: lambda: _("update only tasks that they made or that are theirs"),
    Permission.TASK_DELETE: lambda: _("delete only tasks that they made or that are theirs"),
    Permission.EVENT_CANCEL: lambda: _("cancel only the events that are assigned to them"),
    Permission.SESSION_LIST: lambda: _("list only their own sessions"),
    Permission.SESSION_REVOKE: lambda: _("revoke only their own sessions"),
    Permission.UNDO: lambda: _("undo only their own commands"),
}
# What nobody may do to themselves.
_SELF_DESCRIPTIONS = {
    Permission.USER_DEACTIVATE: lambda: _("deactivate their own account"),
    Permission.USER_DELETE: lambda: _("delete their own account"),
    Permission.USER_CHANGE_ROLE: lambda: _("change their own role"),
    Permission.USER_RESET_PASSWORD: lambda: _("reset their own password"),
}
_SELF_HINTS = {
    Permission.USER_RESET_PASSWORD: lambda: _(
        "Change it, with the current one: epicevents password"
    ),
}
