"""Events as a calendar (RFC 5545) that Google, Outlook and Apple import.

An event keeps its UID for ever: its number and the company's identifier, whoever exports it. With
every change its SEQUENCE rises, so that importing again brings what was imported up to date. What
was deleted is absent. Moments are in UTC, which every calendar shows in its owner's zone.

The few rules of the format that an event needs are followed here: the library that knows all of
them takes a quarter of an hour for a million events. The tests read with it what is written.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

from crm import __version__
from crm.cli.output.cells import visible
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _

LONGEST = 75  # octets of a line, without its end
_ESCAPED = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n", "\r": r"\n"})


def write(
    fields: Sequence[Field], rows: Iterable[Sequence[Any]], stream: TextIO, installation: str
) -> None:
    """Write events, with all the fields of their listing, one by one; ``installation`` is whose."""
    names = [field.name for field in fields]
    lines = _calendar((dict(zip(names, row, strict=True)) for row in rows), installation)
    pieces = (f"{folded(line)}\r\n" for line in lines)
    if stream.isatty():
        pieces = (visible(piece.replace("\r\n", "\n"), lines=True) for piece in pieces)
    stream.writelines(pieces)


def folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets, without tearing a character or an escape."""
    octets = line.encode()
    pieces, start, room = [], 0, LONGEST
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0b11000000 == 0b10000000:
            end -= 1
        piece = octets[start:end]
        # An odd backslash belongs to what follows.
        end -= (len(piece) - len(piece.rstrip(b"\\"))) % 2
        pieces.append(octets[start:end])
        start, room = end, LONGEST - 1  # those that follow begin with a space
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces).decode()


def _calendar(records: Iterable[Mapping[str, Any]], installation: str) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:-//Epic Events//CRM {__version__}//EN"
    yield "CALSCALE:GREGORIAN"
    yield "X-WR-CALNAME:Epic Events"
    for record in records:
        yield from _event(record, installation)
    yield "END:VCALENDAR"


def _event(record: Mapping[str, Any], installation: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"SUMMARY:{_text(record['name'])}"
    yield f"DTSTART:{_utc(record['start_date'])}"
    yield f"DTEND:{_utc(record['end_date'])}"
    # Without a METHOD, a stamp is when the event was last changed: the same export twice is equal.
    yield f"DTSTAMP:{_utc(record['updated_at'])}"
    yield f"UID:event-{record['id']}@{installation}"
    yield f"SEQUENCE:{record['version'] - 1}"
    yield f"CREATED:{_utc(record['created_at'])}"
    yield f"DESCRIPTION:{_text(_description(record))}"
    yield f"LAST-MODIFIED:{_utc(record['updated_at'])}"
    yield f"LOCATION:{_text(record['location'])}"
    yield "STATUS:CONFIRMED"
    yield "END:VEVENT"


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


def _text(value: str) -> str:
    return value.replace("\r\n", "\n").translate(_ESCAPED)


def _utc(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"
