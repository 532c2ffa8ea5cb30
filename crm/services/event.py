"""Events: created on signed contracts, run by SUPPORT, assigned by MANAGEMENT."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from crm import models
from crm.domain import inputs
from crm.domain.enums import Role
from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission, authorize
from crm.domain.times import format_wall_clock
from crm.queries import schedule
from crm.services import clashes, contacts
from crm.services.clashes import UTC
from crm.services.contract_checks import refuse_closed
from crm.services.editing import (
    Change,
    delete_record,
    find_record,
    refresh_record,
    require_version,
    write_values,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from crm.database.transaction import Transaction
    from crm.models.contract import Contract
    from crm.models.event import Event
    from crm.queries.schedule import FreeColleague


_NOTES = next(each for each in inputs.EVENT if each.name == "notes")


def create(
    tx: "Transaction",
    *,
    contract_id: int,
    start_date: datetime,
    end_date: datetime,
    allow_past: bool = False,
    **values: object,
) -> Change:
    """Create an event on a signed contract: SALES for their own clients, MANAGEMENT for any.

    Dates are naive UTC, the rest is :data:`crm.domain.inputs.EVENT`. Nobody is assigned yet.

    Raises NotFound, PermissionDenied, InvalidValue, RuleViolation ``contract_not_signed``,
    ``end_before_start`` or ``event_in_the_past``.
    """
    contract = find_plannable_contract(tx, contract_id)
    check_dates(start_date, end_date)
    # By the server's clock, which is the same for everybody.
    if not allow_past and end_date <= tx.value("SELECT utc_now()"):
        raise RuleViolation(
            _("The event is in the past."),
            hint=_("If it already took place, add --allow-past."),
            code="event_in_the_past",
        )
    cleaned = inputs.clean_values(inputs.EVENT, values)
    event = models.Event(
        contract_id=contract.id,
        client_id=contract.client_id,
        start_date=start_date,
        end_date=end_date,
        **cleaned,
    )
    tx.session.add(event)
    tx.session.flush()
    written = {"contract_id": contract.id, "start_date": start_date, "end_date": end_date}
    return Change(event, {}, written | cleaned)


def find_plannable_contract(tx: "Transaction", contract_id: int) -> "Contract":
    """Return the contract if the actor may create an event on it.

    Raises NotFound, PermissionDenied, RuleViolation ``contract_not_signed``.
    """
    contract = find_record(tx, models.Contract, contract_id)
    client = find_record(tx, models.Client, contract.client_id)
    contacts.authorize_for_client(tx, Permission.EVENT_CREATE, client, kind="event")
    refuse_closed(contract)
    _require_signed(contract)
    return contract


def update(
    tx: "Transaction",
    event_id: int,
    values: Mapping[str, object],
    *,
    version: int | None = None,
    seen: Mapping[str, Any] | None = None,
    zone: "ZoneInfo" = UTC,
) -> Change:
    """Change an event: SUPPORT those assigned to them, MANAGEMENT any.

    Only MANAGEMENT moves one to another contract, whose client becomes the event's. ``zone`` is
    where a refusal tells the time.

    Raises NotFound, PermissionDenied (it says whom to ask), InvalidValue, Conflict, RuleViolation
    ``contract_not_signed``, ``end_before_start`` or ``support_overlap``, which names the event it
    clashes with and who is free.
    """
    event = find_updatable(tx, event_id)
    cleaned = inputs.clean_values(inputs.EVENT, values)
    if cleaned.get("contract_id", event.contract_id) != event.contract_id:
        cleaned["client_id"] = _authorize_new_contract(tx, event, cleaned["contract_id"])
    start = cleaned.get("start_date", event.start_date)
    end = cleaned.get("end_date", event.end_date)
    check_dates(start, end)
    # Two events at once were allowed at one time only; the database forgets it with a new one.
    if (
        event.support_contact_id is None
        or event.cancelled_at is not None
        or (start, end) == (event.start_date, event.end_date)
    ):
        return write_values(tx, event, cleaned, version=version, seen=seen)
    hint = _("Choose another time, or ask MANAGEMENT to assign somebody else.")
    slot = clashes.Slot(event.id, event.support_contact_id, start, end)
    clashes.refuse_clash(tx, slot, hint=hint, zone=zone)
    with clashes.translate_overlap(tx, slot, hint=hint, zone=zone):
        return write_values(tx, event, cleaned, version=version, seen=seen)


def find_new_end(tx: "Transaction", event_id: int, start: datetime) -> datetime:
    """Return when an event ends that begins at ``start`` and lasts as long as it does now.

    Whoever else is moving it is waited for. All moments are naive UTC.

    Raises NotFound, PermissionDenied.
    """
    event = find_updatable(tx, event_id)
    refresh_record(tx, event, lock=True)
    return start + (event.end_date - event.start_date)


def note(tx: "Transaction", event_id: int, text: str, *, zone: "ZoneInfo" = UTC) -> Change:
    """Append a note, dated in ``zone`` and signed: SUPPORT to their events, MANAGEMENT to any.

    What is there stays; of two notes at once, the second follows the first.

    Raises NotFound, PermissionDenied, InvalidValue ``too_long`` when all notes together are.
    """
    event = find_updatable(tx, event_id)
    cleaned = inputs.NOTE.clean(text)
    # Whoever is writing it is waited for, and what they have written is read.
    refresh_record(tx, event, lock=True)
    now = format_wall_clock(tx.value("SELECT utc_now()"), zone)
    line = f"{now} {tx.actor.name}: {cleaned}"
    return write_values(
        tx, event, {"notes": _NOTES.clean("\n".join(filter(None, [event.notes, line])))}
    )


def cancel(tx: "Transaction", event_id: int, reason: str, *, version: int | None = None) -> Change:
    """Cancel an event, which frees its support: SUPPORT those assigned to them, MANAGEMENT any.

    It is kept, with the reason, and still names its contract; an undo brings it back. One that is
    cancelled stays as it is.

    Raises NotFound, PermissionDenied (it says whom to ask), Conflict, InvalidValue.
    """
    event = find_updatable(tx, event_id, Permission.EVENT_CANCEL)
    require_version(event, version)
    # Whoever else is cancelling it is waited for: the first reason stands.
    refresh_record(tx, event, lock=True)
    if event.cancelled_at is not None:
        return Change(event)
    cleaned = inputs.REASON.clean(reason)
    tx.give_reason(cleaned)
    return write_values(tx, event, {"cancelled_reason": cleaned})


def find_updatable(
    tx: "Transaction", event_id: int, permission: Permission = Permission.EVENT_UPDATE
) -> "Event":
    """Return the event if the actor may change it. Raises NotFound, PermissionDenied."""
    event = find_record(tx, models.Event, event_id)
    authorize(
        tx.actor,
        permission,
        owner_id=event.support_contact_id,
        kind="event",
        record_id=event.id,
        instead=partial(contacts.suggest_contact, tx, event.support_contact_id),
    )
    return event


def assign(
    tx: "Transaction",
    event_id: int,
    support_contact_id: int,
    *,
    override: str | None = None,
    version: int | None = None,
    zone: "ZoneInfo" = UTC,
) -> Change:
    """Give an event to a SUPPORT person who has no other at that time: MANAGEMENT.

    ``override`` is the reason for which two events at once are allowed, ``zone`` where a refusal
    tells the time.

    Raises NotFound, PermissionDenied, RuleViolation ``support_contact_role``,
    ``inactive_contact`` or ``support_overlap``, which names the event it clashes with and who is
    free.
    """
    event = find_record(tx, models.Event, event_id)
    authorize(tx.actor, Permission.EVENT_ASSIGN, kind="event", record_id=event.id)
    contacts.require_contact(tx, support_contact_id, Role.SUPPORT)
    require_version(event, version)
    if override is not None:
        tx.give_reason(inputs.REASON.clean(override))
    elif event.support_contact_id == support_contact_id:
        return Change(event)
    hint = _("Choose somebody else, or add --override REASON.")
    slot = clashes.Slot(event.id, support_contact_id, event.start_date, event.end_date)
    # Only where it is needed: to the database, one that may overlap is no obstacle to others.
    allowed = override is not None and clashes.find_slot_clash(tx, slot) is not None
    if override is None:
        clashes.refuse_clash(tx, slot, hint=hint, zone=zone)
    with clashes.translate_overlap(tx, slot, hint=hint, zone=zone):
        return write_values(
            tx, event, {"support_contact_id": support_contact_id, "overlap_allowed": allowed}
        )


def find_free_support(tx: "Transaction", event_id: int) -> "list[FreeColleague]":
    """Return who is free to run an event, the least busy around that time first: MANAGEMENT."""
    event = find_record(tx, models.Event, event_id)
    authorize(tx.actor, Permission.EVENT_ASSIGN, kind="event", record_id=event.id)
    return schedule.find_free(tx, event.start_date, event.end_date, event.id)


def unassign(tx: "Transaction", event_id: int, *, version: int | None = None) -> Change:
    """Take an event from its support person: MANAGEMENT."""
    event = find_record(tx, models.Event, event_id)
    authorize(tx.actor, Permission.EVENT_ASSIGN, kind="event", record_id=event.id)
    values = {"support_contact_id": None, "overlap_allowed": False}
    return write_values(tx, event, values, version=version)


def delete(tx: "Transaction", event_id: int) -> Any:
    """Delete an event: MANAGEMENT. Returns it as it was."""
    event = find_record(tx, models.Event, event_id)
    authorize(tx.actor, Permission.EVENT_DELETE, kind="event", record_id=event.id)
    delete_record(tx, event)
    return event


def check_dates(start: datetime, end: datetime) -> None:
    """Refuse an event that does not end after it starts: RuleViolation ``end_before_start``."""
    if end <= start:
        raise RuleViolation(
            _("An event must end after it starts."),
            hint=_("Check --start-date and --end-date."),
            code="end_before_start",
        )


def _require_signed(contract: "Contract") -> None:
    if not contract.signed_status:
        raise RuleViolation(
            _("Contract {id} is not signed; an event needs a signed contract.").format(
                id=contract.id
            ),
            hint=_("Sign it first: epicevents contract sign {id}").format(id=contract.id),
            code="contract_not_signed",
        )


def _authorize_new_contract(tx: "Transaction", event: "Event", contract_id: int) -> int:
    """Return the client of the contract that an event moves to."""
    authorize(
        tx.actor,
        Permission.EVENT_UPDATE,
        kind="event",
        record_id=event.id,
        instead=_("Only MANAGEMENT may move an event to another contract."),
    )
    contract = find_record(tx, models.Contract, contract_id)
    _require_signed(contract)
    return contract.client_id
