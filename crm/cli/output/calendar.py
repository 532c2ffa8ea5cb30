"""Events as a calendar (RFC 5545) that Google, Outlook and Apple import.

An event keeps its UID for ever: its number and the company's identifier, whoever exports it. With
every change its SEQUENCE rises, so that importing again brings what was imported up to date. What
was cancelled stays, and says so; what was deleted is absent. Moments are in UTC, which every
calendar shows in its owner's zone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

from icalendar import Calendar, Event, vText

from crm import __version__
from crm.cli.output.cells import visible
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _


class _Text(vText):
    r"""A text in which a written ``\N`` stays one: the library takes it for the end of a line."""

    def to_ical(self) -> bytes:
        """Return the text with what means something in a calendar escaped."""
        return rb"\\N".join(vText(piece).to_ical() for piece in self.split(r"\N"))


def write_calendar(
    fields: Sequence[Field], rows: Iterable[Sequence[Any]], stream: TextIO, installation: str
) -> None:
    """Write events, with all the fields of their listing, one by one; ``installation`` is whose."""
    names = [field.name for field in fields]
    records = (dict(zip(names, row, strict=True)) for row in rows)
    pieces = _calendar(_event(record, installation) for record in records)
    if stream.isatty():
        pieces = (visible(piece.replace("\r\n", "\n"), lines=True) for piece in pieces)
    stream.writelines(pieces)


def _calendar(events: Iterable[Event]) -> Iterator[str]:
    calendar = Calendar()
    calendar.add("prodid", f"-//Epic Events//CRM {__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", "Epic Events")
    *begin, end = calendar.to_ical().decode().splitlines(keepends=True)
    yield from begin
    for event in events:
        yield event.to_ical().decode()
    yield end


def _event(record: Mapping[str, Any], installation: str) -> Event:
    event = Event()
    event.add("uid", f"event-{record['id']}@{installation}")
    # Without a METHOD, a stamp is when the event was last changed: the same export twice is equal.
    event.add("dtstamp", _utc(record["updated_at"]))
    event.add("created", _utc(record["created_at"]))
    event.add("last-modified", _utc(record["updated_at"]))
    event.add("sequence", record["version"] - 1)
    event.add("summary", _Text(record["name"]))
    event.add("dtstart", _utc(record["start_date"]))
    event.add("dtend", _utc(record["end_date"]))
    event.add("location", _Text(record["location"]))
    event.add("description", _Text(_description(record)))
    event.add("status", "CANCELLED" if record["cancelled_at"] else "CONFIRMED")
    return event


def _description(record: Mapping[str, Any]) -> str:
    lines = [
        _("Client: {client}").format(**record),
        _("On site: {client_contact}").format(**record),
        _("Guests: {attendees}").format(**record),
        _("Support: {name}").format(name=record["support_contact"] or _("nobody")),
    ]
    if record["notes"]:
        lines += ["", record["notes"]]
    return "\n".join(lines)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
