"""One support person has no two events at once (rule 12): which are in the way, and who is free."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.times import format_iso, format_span
from crm.queries import schedule

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.queries.schedule import Clash, FreeColleague

UTC = ZoneInfo("UTC")

_CONSTRAINT = "ex_events_support_overlap"
_NAMED = 4  # people whom a refusal proposes


class Slot(NamedTuple):
    """Who is to run an event, from when to when: naive UTC, the end excluded."""

    event_id: int
    support_contact_id: int
    start: datetime
    end: datetime


def find_slot_clash(tx: "Transaction", slot: Slot) -> "Clash | None":
    """Return the first event that keeps this person busy then."""
    return schedule.find_clash(tx, slot.support_contact_id, slot.start, slot.end, slot.event_id)


def refuse_clash(tx: "Transaction", slot: Slot, *, hint: str, zone: ZoneInfo) -> None:
    """Refuse an event that this person cannot run because of another: ``support_overlap``.

    The refusal names that event, when it is in ``zone`` and who is free; ``hint`` says what else
    can be done.
    """
    found = find_slot_clash(tx, slot)
    if found:
        free = schedule.find_free(tx, slot.start, slot.end, slot.event_id)
        raise _overlap_error(found, free, hint, zone)


@contextmanager
def translate_overlap(
    tx: "Transaction", slot: Slot, *, hint: str, zone: ZoneInfo
) -> Iterator[None]:
    """Name the other event also where it was written meanwhile, so that the database refuses."""
    from sqlalchemy.exc import IntegrityError

    try:
        yield
    except IntegrityError as error:
        # Between the look and the write somebody else has booked. The constraint knows that, not
        # with whom: look again. The transaction is read committed and the savepoint undone, so the
        # other event is seen now.
        diagnosis = getattr(error.orig, "diag", None)
        if diagnosis and diagnosis.constraint_name == _CONSTRAINT:
            refuse_clash(tx, slot, hint=hint, zone=zone)
        raise


def _overlap_error(
    clash: "Clash", free: "list[FreeColleague]", hint: str, zone: ZoneInfo
) -> RuleViolation:
    return RuleViolation(
        _("{name} already runs event {id}, {event}, at that time: {when}.").format(
            name=clash.support_contact,
            id=clash.id,
            event=clash.name,
            when=format_span(clash.start_date, clash.end_date, zone),
        ),
        hint=f"{_name_free(free)} {hint}",
        code="support_overlap",
        details={
            "event_id": clash.id,
            "event": clash.name,
            "start_date": format_iso(clash.start_date, zone),
            "end_date": format_iso(clash.end_date, zone),
            "support_contact": clash.support_contact,
            "free": [each._asdict() for each in free],
        },
    )


def _name_free(free: "list[FreeColleague]") -> str:
    if not free:
        return _("Nobody in SUPPORT is free at that time.")
    names = [each.support_contact for each in free[:_NAMED]]
    names += ["…"] * (len(free) > _NAMED)
    return _("Free at that time: {names}.").format(names=", ".join(names))
