"""Events: created on signed contracts, run by SUPPORT, assigned by MANAGEMENT."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crm import models
from crm.domain import inputs
from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission, authorize
from crm.services import contacts
from crm.services.editing import Change, edit, expect_version, find, remove

if TYPE_CHECKING:
    from crm.database import Transaction
    from crm.models.contract import Contract
    from crm.models.event import Event


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
    contract = contract_for(tx, contract_id)
    check_dates(start_date, end_date)
    if not allow_past and end_date <= tx.value("SELECT utc_now()"):
        raise RuleViolation(
            _("The event lies in the past."),
            hint=_("To record one that has been held, add --allow-past."),
            code="event_in_the_past",
        )
    cleaned = inputs.clean(inputs.EVENT, values)
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


def contract_for(tx: "Transaction", contract_id: int) -> "Contract":
    """Return the contract if the actor may create an event on it.

    Raises NotFound, PermissionDenied, RuleViolation ``contract_not_signed``.
    """
    contract = find(tx, models.Contract, contract_id)
    client = find(tx, models.Client, contract.client_id)
    contacts.authorize_for_client(tx, Permission.EVENT_CREATE, client, kind="event")
    _require_signed(contract)
    return contract


def update(
    tx: "Transaction",
    event_id: int,
    values: Mapping[str, object],
    *,
    version: int | None = None,
    seen: Mapping[str, Any] | None = None,
) -> Change:
    """Change an event: SUPPORT those assigned to them, MANAGEMENT any.

    Only MANAGEMENT moves one to another contract, whose client becomes the event's.

    Raises NotFound, PermissionDenied (it says whom to ask), InvalidValue, Conflict, RuleViolation
    ``contract_not_signed``, ``end_before_start`` or ``support_overlap`` with the event it clashes
    with.
    """
    event = find(tx, models.Event, event_id)
    authorize(
        tx.actor,
        Permission.EVENT_UPDATE,
        owner_id=event.support_contact_id,
        kind="event",
        record_id=event.id,
        instead=contacts.ask_the_contact(tx, event.support_contact_id),
    )
    cleaned = inputs.clean(inputs.EVENT, values)
    if cleaned.get("contract_id", event.contract_id) != event.contract_id:
        cleaned["client_id"] = _new_contract(tx, event, cleaned["contract_id"])
    if "start_date" in cleaned or "end_date" in cleaned:
        _check_new_dates(tx, event, cleaned)
    return edit(tx, event, cleaned, version=version, seen=seen)


def assign(
    tx: "Transaction",
    event_id: int,
    support_contact_id: int,
    *,
    override: str | None = None,
    version: int | None = None,
) -> Change:
    """Give an event to a SUPPORT person who has no other at that time: MANAGEMENT.

    ``override`` is the reason for which two events at once are allowed.

    Raises NotFound, PermissionDenied, RuleViolation ``support_contact_role``,
    ``inactive_contact`` or ``support_overlap`` with the event it clashes with.
    """
    event = find(tx, models.Event, event_id)
    authorize(tx.actor, Permission.EVENT_ASSIGN, kind="event", record_id=event.id)
    contacts.require_support(tx, support_contact_id)
    expect_version(event, version)
    if override is not None:
        tx.give_reason(inputs.REASON.clean(override))
    elif event.support_contact_id == support_contact_id:
        return Change(event)
    clash = _clash(tx, event, support_contact_id, event.start_date, event.end_date)
    if clash and override is None:
        raise _overlap(clash, _("Choose somebody else, or add --override REASON."))
    # Only where it is needed: to the database, one that may overlap is no obstacle to others.
    values = {"support_contact_id": support_contact_id, "overlap_allowed": clash is not None}
    return edit(tx, event, values)


def unassign(tx: "Transaction", event_id: int, *, version: int | None = None) -> Change:
    """Take an event from its support person: MANAGEMENT."""
    event = find(tx, models.Event, event_id)
    authorize(tx.actor, Permission.EVENT_ASSIGN, kind="event", record_id=event.id)
    values = {"support_contact_id": None, "overlap_allowed": False}
    return edit(tx, event, values, version=version)


def delete(tx: "Transaction", event_id: int) -> Any:
    """Delete an event: MANAGEMENT. Returns it as it was."""
    event = find(tx, models.Event, event_id)
    authorize(tx.actor, Permission.EVENT_DELETE, kind="event", record_id=event.id)
    remove(tx, event)
    return event


def check_dates(start: datetime, end: datetime) -> None:
    """Refuse an event that does not end after it starts: RuleViolation ``end_before_start``."""
    if end <= start:
        raise RuleViolation(
            _("An event must end after it starts."),
            hint=_("Check --start-date and --end-date."),
            code="end_before_start",
        )


def _check_new_dates(tx: "Transaction", event: "Event", values: Mapping[str, Any]) -> None:
    start = values.get("start_date", event.start_date)
    end = values.get("end_date", event.end_date)
    check_dates(start, end)
    # Two events at once were allowed at one time only; the database forgets it with a new one.
    if event.support_contact_id is None or (start, end) == (event.start_date, event.end_date):
        return
    clash = _clash(tx, event, event.support_contact_id, start, end)
    if clash:
        raise _overlap(clash, _("Choose another time, or ask MANAGEMENT to assign somebody else."))


def _require_signed(contract: "Contract") -> None:
    if not contract.signed_status:
        raise RuleViolation(
            _("Contract {id} is not signed; an event is held only on a signed one.").format(
                id=contract.id
            ),
            hint=_("Sign it first: epicevents contract sign {id}").format(id=contract.id),
            code="contract_not_signed",
        )


def _new_contract(tx: "Transaction", event: "Event", contract_id: int) -> int:
    """Return the client of the contract that an event moves to."""
    authorize(
        tx.actor,
        Permission.EVENT_UPDATE,
        kind="event",
        record_id=event.id,
        instead=_("Only MANAGEMENT moves an event to another contract."),
    )
    contract = find(tx, models.Contract, contract_id)
    _require_signed(contract)
    return contract.client_id


def _clash(
    tx: "Transaction", event: "Event", support_contact_id: int, start: datetime, end: datetime
) -> tuple[Any, ...] | None:
    """Return the id, name and support person of an event in ``[start, end)`` (rule 12).

    One that was allowed to overlap another counts too, which the database's constraint cannot say.
    """
    return tx.row(
        "SELECT e.id, e.name, s.first_name || ' ' || s.last_name"
        " FROM events e JOIN users s ON s.id = e.support_contact_id"
        " WHERE e.support_contact_id = %s AND e.id <> %s"
        " AND e.start_date < %s AND e.end_date > %s ORDER BY e.start_date LIMIT 1",
        (support_contact_id, event.id, end, start),
    )


def _overlap(clash: tuple[Any, ...], hint: str) -> RuleViolation:
    return RuleViolation(
        _("{name} already has event {id}, {event}, at that time.").format(
            name=clash[2], id=clash[0], event=clash[1]
        ),
        hint=hint,
        code="support_overlap",
        details={"event_id": clash[0]},
    )
