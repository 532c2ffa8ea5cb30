"""What somebody looks after, handed to a colleague of the same role as a whole (rules 8 and 10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crm import models
from crm.domain import inputs
from crm.domain.enums import Role
from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext
from crm.domain.permissions import Permission, authorize
from crm.domain.rows import Row
from crm.services import contacts
from crm.services.editing import find_record

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.models.user import User

_OPEN_TASKS = "SELECT count(*) FROM tasks WHERE assignee_id = %(id)s AND done_at IS NULL"
NAMED = 5  # clashing events that a refusal names


@dataclass(frozen=True)
class Moved:
    """How many records of each kind went from one person to another, and how many stayed.

    Those that stayed are ``contracts`` that are settled and ``events`` that are over.
    """

    giver: "User"
    taker: "User"
    counts: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.counts.values())


def transfer_all(
    tx: "Transaction",
    from_id: int,
    to_id: int,
    *,
    include_settled: bool = False,
    override: str | None = None,
) -> Moved:
    """Hand everything that is open from one person to an active colleague of the same role.

    Of SALES that is every client, and the contracts that are not settled; of SUPPORT the events
    that have not ended; of everybody the tasks that are open. ``include_settled`` takes settled
    contracts and past events too. ``override`` is the reason for which two events at once are
    allowed.

    Raises NotFound, PermissionDenied, RuleViolation ``same_person``, ``no_portfolio``,
    ``sales_contact_role``, ``support_contact_role``, ``inactive_contact`` or ``support_overlap``
    with every event that clashes.
    """
    giver = find_record(tx, models.User, from_id)
    authorize(tx.actor, Permission.USER_TRANSFER, kind="user", record_id=giver.id)
    taker = find_record(tx, models.User, to_id)
    _require_other_owner(giver, taker, tx.value(_OPEN_TASKS, {"id": giver.id}))
    # Thousands of records may take longer than a statement usually may.
    tx.execute("SET LOCAL statement_timeout = 0")
    contacts.require_contact(tx, to_id, Role(giver.role))
    counts: dict[str, int] = {}
    if giver.role == Role.SALES:
        counts = _move_sales(tx, from_id, to_id, include_settled=include_settled)
    elif giver.role == Role.SUPPORT:
        counts = _move_events(tx, from_id, to_id, everything=include_settled, override=override)
    if tasks := _move_tasks(tx, from_id, to_id):
        counts["tasks"] = tasks
    return Moved(giver, taker, counts, _count_remaining(tx, giver))


def _require_other_owner(giver: "User", taker: "User", open_tasks: int) -> None:
    """Refuse to hand over what nobody can own, or to the person who owns it."""
    if giver.id == taker.id:
        raise RuleViolation(
            _("{name} cannot transfer to themselves.").format(name=giver.full_name),
            hint=_("Give somebody else; see: epicevents user list --active"),
            code="same_person",
        )
    if giver.role == Role.MANAGEMENT and not open_tasks:
        raise RuleViolation(
            _("{name} is {role}; that role owns no clients or events.").format(
                name=giver.full_name, role=giver.role
            ),
            hint=_("See who has clients: epicevents user list --role SALES"),
            code="no_portfolio",
        )


def _move_sales(
    tx: "Transaction", from_id: int, to_id: int, *, include_settled: bool
) -> dict[str, int]:
    from sqlalchemy import or_, select, union, update

    client, contract = models.Client, models.Contract
    unsettled = contract.is_unsettled()
    sold = contract.sales_contact_id == from_id
    # Two sets, each from its index: with OR between their conditions all contracts would be read.
    touched = union(
        select(contract.id).where(sold),
        select(contract.id).join(client).where(client.sales_contact_id == from_id),
    )
    # Before the clients move: contracts that are open again follow them, whoever sold those.
    # SQLAlchemy need not keep records in step: none of these was read here.
    contracts = tx.session.execute(
        update(contract)
        .where(contract.id.in_(touched), contract.sales_contact_id != to_id)
        .where(or_(unsettled, sold) if include_settled else unsettled)
        .values(sales_contact_id=to_id)
        .execution_options(synchronize_session=False)
    )
    clients = tx.session.execute(
        update(client)
        .where(client.sales_contact_id == from_id)
        .values(sales_contact_id=to_id)
        .execution_options(synchronize_session=False)
    )
    return {"clients": _count(clients), "contracts": _count(contracts)}


def _move_events(
    tx: "Transaction", from_id: int, to_id: int, *, everything: bool, override: str | None
) -> dict[str, int]:
    from sqlalchemy import update

    if override is not None:
        tx.give_reason(inputs.REASON.clean(override))
    # What has not ended by now, however long the rest takes.
    since = None if everything else tx.value("SELECT utc_now()")
    clashing = _find_clashes(tx, from_id, to_id, since)
    if clashing and override is None:
        raise _overlap_error(tx, clashing, to_id)
    event = models.Event
    moving = update(event).where(event.support_contact_id == from_id)
    if since is not None:
        moving = moving.where(event.end_date > since)
    moved = tx.session.execute(
        moving.values(
            support_contact_id=to_id,
            overlap_allowed=event.id.in_([row.id for row in clashing]),
        ).execution_options(synchronize_session=False)
    )
    return {"events": _count(moved)}


def _move_tasks(tx: "Transaction", from_id: int, to_id: int) -> int:
    from sqlalchemy import update

    task = models.Task
    moved = tx.session.execute(
        update(task)
        .where(task.assignee_id == from_id, task.done_at.is_(None))
        .values(assignee_id=to_id)
        .execution_options(synchronize_session=False)
    )
    return _count(moved)


def _find_clashes(tx: "Transaction", from_id: int, to_id: int, since: datetime | None) -> list[Row]:
    """Return the id and name of each event that would move and of one that it clashes with.

    Two that would move clash too: what one person was allowed is not allowed to the next.
    """
    return tx.rows(
        """
        WITH moving AS (
            SELECT * FROM events
            WHERE support_contact_id = %(from)s AND cancelled_at IS NULL
              AND (%(since)s::timestamp IS NULL OR end_date > %(since)s)
        )
        SELECT moving.id, moving.name, other.id AS other_id, other.name AS other
        FROM moving CROSS JOIN LATERAL (
            SELECT e.id, e.name, e.start_date FROM events e
            WHERE e.support_contact_id = %(to)s AND e.cancelled_at IS NULL
              AND e.start_date < moving.end_date AND e.end_date > moving.start_date
            UNION ALL
            SELECT e.id, e.name, e.start_date FROM moving e
            WHERE e.id <> moving.id
              AND e.start_date < moving.end_date AND e.end_date > moving.start_date
            ORDER BY start_date, id LIMIT 1
        ) other
        ORDER BY moving.start_date, moving.id
        """,
        {"from": from_id, "to": to_id, "since": since},
    )


def _overlap_error(tx: "Transaction", clashing: list[Row], to_id: int) -> RuleViolation:
    pairs = [
        _("{id} ({name}) with {other_id} ({other})").format(
            id=pair.id, name=pair.name, other_id=pair.other_id, other=pair.other
        )
        for pair in clashing[:NAMED]
    ]
    pairs += ["…"] if len(clashing) > NAMED else []
    return RuleViolation(
        ngettext(
            "{name} would run {n} event while another goes on: {events}.",
            "{name} would run {n} events while others go on: {events}.",
            len(clashing),
        ).format(name=contacts.read_name(tx, to_id), n=len(clashing), events=", ".join(pairs)),
        hint=_("Assign those to others first (epicevents event assign), or add --override REASON."),
        code="support_overlap",
        details={"events": [pair[0] for pair in clashing]},
    )


def _count_remaining(tx: "Transaction", giver: "User") -> dict[str, int]:
    counts = tx.row(
        "SELECT (SELECT count(*) FROM contracts WHERE sales_contact_id = %(id)s),"
        " (SELECT count(*) FROM events WHERE support_contact_id = %(id)s)",
        {"id": giver.id},
    )
    return dict(zip(("contracts", "events"), counts or (0, 0), strict=True))


def _count(result: Any) -> int:
    return int(result.rowcount)
