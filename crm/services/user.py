"""Employees' accounts: created, changed, deactivated and deleted by MANAGEMENT."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from crm import models
from crm.domain import inputs
from crm.domain.enums import Role
from crm.domain.errors import CRMError, RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext
from crm.domain.permissions import Permission, authorize
from crm.security import passwords
from crm.services import authentication
from crm.services.editing import Change, delete_record, find_record, write_values

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.models.user import User

    Begin = Callable[[], AbstractContextManager[Transaction]]

BUSY = "busy"  # the code of what has to wait for somebody's lock
# A trial of what takes somebody's rights waits for nobody: those end only when it is done.
IMPATIENT = "SET LOCAL lock_timeout = '200ms'"
# What may name a person, and as what: counted before a role changes or an account is deleted.
DEPENDENTS = {
    "clients": "SELECT count(*) FROM clients WHERE sales_contact_id = %(id)s",
    "contracts": "SELECT count(*) FROM contracts WHERE sales_contact_id = %(id)s",
    "signatures": "SELECT count(*) FROM contracts WHERE signed_by_id = %(id)s",
    "events": "SELECT count(*) FROM events WHERE support_contact_id = %(id)s",
    "payments": "SELECT count(*) FROM payments WHERE created_by_id = %(id)s",
    "log_entries": "SELECT count(*) FROM log_entries WHERE created_by_id = %(id)s",
    "tasks": "SELECT count(*) FROM tasks WHERE %(id)s IN (assignee_id, created_by_id, done_by_id)",
}
# What another person can take over; who signed and who entered a payment is history.
HANDED_OVER = frozenset({"clients", "contracts", "events"})
_OF_ROLE = {Role.SALES: ("clients", "contracts"), Role.SUPPORT: ("events",), Role.MANAGEMENT: ()}


def create(tx: "Transaction", *, password: str, **values: object) -> Change:
    """Create an account whose owner must choose another password at the first login.

    ``values`` are those of :data:`crm.domain.inputs.USER`. Raises PermissionDenied, InvalidValue,
    RuleViolation ``duplicate_email`` or ``weak_password``.
    """
    authorize(tx.actor, Permission.USER_CREATE, kind="user")
    cleaned = inputs.clean_values(inputs.USER, values)
    refuse_duplicate(tx, cleaned["email"])
    authentication.check_new_password(
        password, cleaned["first_name"], cleaned["last_name"], cleaned["email"]
    )
    person = models.User(hashed_password=passwords.hash_password(password), **cleaned)
    tx.session.add(person)
    tx.session.flush()
    return Change(person, {}, cleaned)


def update(
    tx: "Transaction",
    user_id: int,
    values: Mapping[str, object],
    *,
    version: int | None = None,
    seen: Mapping[str, Any] | None = None,
) -> Change:
    """Change an account: MANAGEMENT any, but never its own role; everybody else their own phone.

    Raises NotFound, PermissionDenied, InvalidValue, Conflict, RuleViolation ``duplicate_email``,
    ``role_in_use`` (rule 8) or ``last_manager`` (rule 9).
    """
    person = find_record(tx, models.User, user_id)
    cleaned = inputs.clean_values(inputs.USER, values)
    changed = {name for name, value in cleaned.items() if value != getattr(person, name)}
    if changed <= {"phone"} and person.id == tx.actor.id:
        authorize(tx.actor, Permission.OWN_PHONE, owner_id=person.id, kind="user")
    else:
        authorize(
            tx.actor,
            Permission.USER_UPDATE,
            owner_id=person.id,
            kind="user",
            record_id=person.id,
            instead=_("On your own account you may change the phone and the password.")
            if person.id == tx.actor.id
            else None,
        )
    if "email" in changed:
        refuse_duplicate(tx, cleaned["email"])
    if "role" in changed:
        authorize(tx.actor, Permission.USER_CHANGE_ROLE, kind="user", record_id=person.id)
        _refuse_role_in_use(tx, person)
    return write_values(tx, person, cleaned, version=version, seen=seen)


def deactivate(tx: "Transaction", user_id: int) -> Change:
    """Close an account at once; the records that name it stay, and nothing new is assigned to it.

    Raises NotFound, PermissionDenied, RuleViolation ``last_manager``.
    """
    person = find_record(tx, models.User, user_id)
    authorize(tx.actor, Permission.USER_DEACTIVATE, kind="user", record_id=person.id)
    return write_values(tx, person, {"is_active": False})


def reactivate(tx: "Transaction", user_id: int) -> Change:
    """Open a deactivated account again, also one that was left without rights."""
    person = find_record(tx, models.User, user_id)
    authorize(tx.actor, Permission.USER_REACTIVATE, kind="user", record_id=person.id)
    restored = tx.value("SELECT restore_access(%s)", (user_id,))
    change = write_values(tx, person, {"is_active": True})
    return change or Change(person, {}, {"is_active": True} if restored else {})


@contextmanager
def suspend_accounts(
    begin: "Begin", user_ids: Sequence[int], permission: Permission
) -> "Iterator[Transaction]":
    """Yield a transaction in which accounts are changed while their owners have no rights.

    See :func:`suspend_people`. ``permission`` is one that nobody has on their own account. Raises
    what it and the change raise.
    """

    def whom(tx: "Transaction") -> list[int]:
        for user_id in user_ids:
            person = find_record(tx, models.User, user_id)
            authorize(tx.actor, permission, owner_id=user_id, kind="user", record_id=person.id)
        return list(user_ids)

    with suspend_people(begin, whom) as tx:
        yield tx


@contextmanager
def suspend_people(
    begin: "Begin", whom: "Callable[[Transaction], list[int]]"
) -> "Iterator[Transaction]":
    """Yield a transaction in which accounts are changed whose owners have no rights meanwhile.

    Their rights are taken away by a transaction of its own, which asks ``whom`` it may, so that
    nothing which they hold open delays that. They come back with the change or its refusal; while
    it has to wait for one of them, they do not, and the change goes on where it is tried again.

    Raises what ``whom`` and the change raise.
    """
    with begin() as tx:
        people = whom(tx)
        ended = [(each, tx.value("SELECT suspend_access(%s)", (each,))) for each in people]
    try:
        with begin() as tx:
            yield tx
            _restore(tx, ended)
    except BaseException as error:
        # All but a wait (BUSY): that one is tried again, without rights for the account meanwhile.
        if ended and getattr(error, "code", None) != BUSY:
            try:
                with begin() as tx:
                    _restore(tx, ended)
            except CRMError:
                # As without a connection. The change's own error is the one to tell; that somebody
                # is left without rights is not known otherwise.
                if isinstance(error, CRMError):
                    error.hint = " ".join(filter(None, (error.hint, *map(_say_suspended, people))))
        raise


def _say_suspended(user_id: int) -> str:
    return _("Account {id} has no rights until: epicevents user reactivate {id}").format(id=user_id)


def _restore(tx: "Transaction", ended: list[tuple[int, int]]) -> None:
    for user_id, suspension in ended:
        tx.execute("SELECT restore_access(%s, %s)", (user_id, suspension))


def delete(tx: "Transaction", user_id: int) -> Any:
    """Delete an account that no record names. Returns it as it was.

    Raises NotFound, PermissionDenied, RuleViolation ``user_in_use`` or ``last_manager``.
    """
    person = find_record(tx, models.User, user_id)
    authorize(tx.actor, Permission.USER_DELETE, kind="user", record_id=person.id)
    if left := count_dependents(tx, user_id):
        raise RuleViolation(
            _("Other records refer to {name}: {what}.").format(
                name=person.full_name, what=format_counts(left)
            ),
            hint=_suggest_deactivation(person, left),
            code="user_in_use",
            details={"dependents": left},
        )
    delete_record(tx, person)
    return person


def count_dependents(
    tx: "Transaction", user_id: int, kinds: tuple[str, ...] = tuple(DEPENDENTS)
) -> dict[str, int]:
    """Return how many records of each kind name a person; kinds without any are left out."""
    counts = {kind: tx.value(DEPENDENTS[kind], {"id": user_id}) for kind in kinds}
    return {kind: count for kind, count in counts.items() if count}


def format_counts(counts: Mapping[str, int]) -> str:
    """Return counts of records as people say them: ``1 client, 2 contracts``."""
    kinds = {
        "clients": lambda n: ngettext("{n} client", "{n} clients", n),
        "contracts": lambda n: ngettext("{n} contract", "{n} contracts", n),
        "open_contracts": lambda n: ngettext("{n} open contract", "{n} open contracts", n),
        "events": lambda n: ngettext("{n} event", "{n} events", n),
        "upcoming_events": lambda n: ngettext("{n} coming event", "{n} coming events", n),
        "payments": lambda n: ngettext("{n} payment", "{n} payments", n),
        "tasks": lambda n: ngettext("{n} task", "{n} tasks", n),
        "open_tasks": lambda n: ngettext("{n} open task", "{n} open tasks", n),
        "log_entries": lambda n: ngettext("{n} log entry", "{n} log entries", n),
        "signatures": lambda n: ngettext("{n} signature", "{n} signatures", n),
    }
    return ", ".join(kinds[kind](count).format(n=count) for kind, count in counts.items())


def _suggest_deactivation(person: "User", left: Mapping[str, int]) -> str:
    """Return what may be done: not all of it may be somebody else's."""
    if not left.keys() <= HANDED_OVER:
        return _(
            "Deactivate the account instead: epicevents user deactivate {id} --transfer-to USER"
        ).format(id=person.id)
    return _(
        "Deactivate the account instead: epicevents user deactivate {id}; or transfer everything "
        "first: epicevents user delete {id} --transfer-to USER"
    ).format(id=person.id)


def _refuse_role_in_use(tx: "Transaction", person: "User") -> None:
    left = count_dependents(tx, person.id, _OF_ROLE[Role(person.role)])
    if left:
        raise RuleViolation(
            _("{name} is still the contact of {what}.").format(
                name=person.full_name, what=format_counts(left)
            ),
            hint=_(
                "Transfer those first: epicevents user transfer {id} USER --include-settled"
            ).format(id=person.id),
            code="role_in_use",
            details={"dependents": left},
        )


def refuse_duplicate(tx: "Transaction", email: str) -> None:
    """Refuse an email that is in use already: RuleViolation ``duplicate_email``."""
    found = tx.row("SELECT id, full_name FROM user_list WHERE email = %s", (email,))
    if found:
        raise RuleViolation(
            _("{email} already belongs to {name}.").format(email=email, name=found.full_name),
            hint=_("See the account: epicevents user show {id}").format(id=found.id),
            code="duplicate_email",
            details={"id": found.id},
        )
