"""Tasks: anybody gives them to anybody; who made one, whose it is and MANAGEMENT may change it."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from crm import models
from crm.domain import inputs
from crm.domain.enums import LogKind
from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission, authorize
from crm.services import contacts
from crm.services.editing import Change, delete_record, find_record, write_values
from crm.services.log import require_of_client
from crm.services.privacy import refuse_erased

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.models.task import Task


def create(
    tx: "Transaction",
    *,
    text: str,
    due_date: date,
    assignee_id: int | None = None,
    client_id: int | None = None,
    contract_id: int | None = None,
    event_id: int | None = None,
) -> Change:
    """Give a task to an active colleague, oneself unless another is named: everybody.

    The client of a contract or an event need not be named.

    Raises NotFound, InvalidValue, RuleViolation ``inactive_contact``, ``client_erased`` or
    ``other_client``.
    """
    authorize(tx.actor, Permission.TASK_CREATE, kind="task")
    values = {
        "text": inputs.TASK[0].clean(text),
        "due_date": due_date,
        "assignee_id": tx.actor.id if assignee_id is None else assignee_id,
        **find_subject(tx, client_id=client_id, contract_id=contract_id, event_id=event_id),
    }
    require_active(tx, values["assignee_id"])
    task = models.Task(**values)
    tx.session.add(task)
    tx.session.flush()
    return Change(task, {}, values)


def complete(tx: "Transaction", task_id: int) -> Change:
    """Note that a task is done, also in the log of its client: whose it is or who made it.

    One that is done already stays as it is. Raises NotFound, PermissionDenied.
    """
    task = find_changeable(tx, task_id, Permission.TASK_UPDATE)
    if task.done_at is not None:
        return Change(task)
    change = write_values(tx, task, {"done_at": tx.value("SELECT utc_now()")})
    if task.client_id is not None:
        _log_done(tx, task, task.client_id)
    return change


def follow_up(tx: "Transaction", task_id: int, due_date: date, text: str) -> Change:
    """Create the task that follows one: for the same colleague and about the same records.

    Raises what :func:`create` raises.
    """
    task = find_record(tx, models.Task, task_id)
    subject = {name: getattr(task, name) for name in ("client_id", "contract_id", "event_id")}
    return create(tx, text=text, due_date=due_date, assignee_id=task.assignee_id, **subject)


def move(tx: "Transaction", task_id: int, due_date: date) -> Change:
    """Give a task another day: whose it is, who made it, MANAGEMENT.

    Raises NotFound, PermissionDenied, RuleViolation ``task_done``.
    """
    task = find_changeable(tx, task_id, Permission.TASK_UPDATE)
    if task.done_at is not None:
        raise RuleViolation(
            _("Task {id} is already done.").format(id=task.id),
            hint=_("Create another: epicevents task create TEXT --due DATE"),
            code="task_done",
        )
    return write_values(tx, task, {"due_date": due_date})


def update(
    tx: "Transaction",
    task_id: int,
    values: Mapping[str, object],
    *,
    version: int | None = None,
    seen: Mapping[str, Any] | None = None,
) -> Change:
    """Change a task: whose it is, who made it, MANAGEMENT.

    Raises NotFound, PermissionDenied, InvalidValue, Conflict, and what :func:`create` raises.
    """
    task = find_changeable(tx, task_id, Permission.TASK_UPDATE)
    cleaned = inputs.clean_values(inputs.TASK, values)
    subject = {name: cleaned.pop(name) for name in _SUBJECT if name in cleaned}
    if subject:
        cleaned |= find_subject(tx, **dict.fromkeys(_SUBJECT) | subject)
    if cleaned.get("assignee_id", task.assignee_id) != task.assignee_id:
        require_active(tx, cleaned["assignee_id"])
    return write_values(tx, task, cleaned, version=version, seen=seen)


def delete(tx: "Transaction", task_id: int) -> Any:
    """Delete a task: whose it is, who made it, MANAGEMENT. Returns it as it was."""
    task = find_changeable(tx, task_id, Permission.TASK_DELETE)
    delete_record(tx, task)
    return task


_SUBJECT = ("client_id", "contract_id", "event_id")


def find_changeable(tx: "Transaction", task_id: int, permission: Permission) -> "Task":
    """Return the task if the actor may change it. Raises NotFound, PermissionDenied."""
    task = find_record(tx, models.Task, task_id)
    mine = tx.actor.id in (task.assignee_id, task.created_by_id)
    authorize(
        tx.actor,
        permission,
        owner_id=tx.actor.id if mine else task.assignee_id,
        kind="task",
        record_id=task.id,
        instead=lambda: contacts.suggest_contact(tx, task.assignee_id),
    )
    return task


def require_active(tx: "Transaction", user_id: int) -> None:
    """Refuse a colleague whose account is closed: NotFound, RuleViolation ``inactive_contact``."""
    person = find_record(tx, models.User, user_id)
    if not person.is_active:
        raise RuleViolation(
            _("The account of {name} is deactivated, so nothing can be assigned to it.").format(
                name=person.full_name
            ),
            hint=_("See active colleagues: epicevents user list --active"),
            code="inactive_contact",
        )


def find_subject(
    tx: "Transaction",
    *,
    client_id: int | None,
    contract_id: int | None,
    event_id: int | None,
) -> dict[str, int | None]:
    """Return the records that a task is about, with the client of the contract or the event.

    Raises NotFound, RuleViolation ``client_erased`` or ``other_client``.
    """
    if client_id is None and contract_id is not None:
        client_id = find_record(tx, models.Contract, contract_id).client_id
    if client_id is None and event_id is not None:
        client_id = find_record(tx, models.Event, event_id).client_id
    if client_id is not None:
        refuse_erased(find_record(tx, models.Client, client_id))
        require_of_client(tx, client_id, contract_id=contract_id, event_id=event_id)
    return {"client_id": client_id, "contract_id": contract_id, "event_id": event_id}


def _log_done(tx: "Transaction", task: "Task", client_id: int) -> None:
    """Write what was done into the client's log, unless the client is forgotten."""
    if find_record(tx, models.Client, client_id).erased_at is not None:
        return
    # A contract or an event may have got another client since.
    contract = tx.session.get(models.Contract, task.contract_id) if task.contract_id else None
    event = tx.session.get(models.Event, task.event_id) if task.event_id else None
    tx.session.add(
        models.LogEntry(
            client_id=client_id,
            kind=LogKind.TASK,
            text=task.text,
            said_on=tx.value("SELECT company_today()"),
            contract_id=contract.id if contract and contract.client_id == client_id else None,
            event_id=event.id if event and event.client_id == client_id else None,
        )
    )
    tx.session.flush()
