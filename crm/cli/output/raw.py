"""CSV of rows as PostgreSQL's COPY writes them, a thousand at a time.

A million rows leave no time to look at every value. So what needs a second look is searched for in
a whole column of a thousand, which costs next to nothing, and hours are brought into the reader's
zone once.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from crm.cli.output.export import csv_cell
from crm.domain.fields import Field, Kind
from crm.domain.times import iso, local

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Convert = Callable[[Sequence[bytes]], Iterable[bytes]]

# What a cell of CSV cannot hold as it is: quotes, commas and escapes of COPY anywhere, and at its
# beginning what begins a formula. The full-width ones all begin with this byte.
_SPECIAL = (b'"', b",", b"\\")
_FORMULA = re.compile(rb"\t[='+\-@\xef]")
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_BOOLEANS = {b"t": b"true", b"f": b"false", b"": b""}
_HOUR = len("2026-06-04 13")
# Without microseconds or with all of them; zeros at their end are not sent.
_COMPLETE = (len("2026-06-04 13:00:00"), len("2026-06-04 13:00:00.000000"))


class RawCsv:
    """Writes rows of ``fields`` to a stream, the header first."""

    def __init__(self, fields: Sequence[Field], stream: TextIO, zone: "ZoneInfo") -> None:
        self.count = 0
        self._stream = stream
        self._converters = [_converter(field.kind, zone) for field in fields]
        self._stream.write(",".join(field.name for field in fields) + "\n")

    def take(self, rows: Sequence[bytes]) -> None:
        """Write rows, each with its line end."""
        if not rows:
            return
        self.count += len(rows)
        columns = zip(*(row[:-1].split(b"\t") for row in rows), strict=True)
        converted = [
            convert(column) if convert else column
            for convert, column in zip(self._converters, columns, strict=True)
        ]
        if len(converted) == 1:
            # A blank line would be read as no record at all.
            lines: Iterable[bytes] = (cell or b'""' for cell in converted[0])
        else:
            lines = map(b",".join, zip(*converted, strict=True))
        self._stream.write((b"\n".join(lines) + b"\n").decode())


def _converter(kind: Kind, zone: "ZoneInfo") -> Convert | None:
    match kind:
        case Kind.ID | Kind.INTEGER | Kind.MONEY | Kind.DATE | Kind.PHONE:
            return None
        case Kind.BOOLEAN:
            return lambda column: map(_BOOLEANS.__getitem__, column)
        case Kind.TIMESTAMP:
            return _Moments(zone)
        case _:
            return _texts


def _texts(column: Sequence[bytes]) -> Iterable[bytes]:
    together = b"\t" + b"\t".join(column)
    if any(special in together for special in _SPECIAL) or _FORMULA.search(together):
        return map(_text, column)
    return column


def _text(cell: bytes) -> bytes:
    plain = _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), cell)
    return csv_cell(plain.decode()).encode()


class _Moments:
    """Brings columns of timestamps into a zone; hours that it has met, it remembers."""

    def __init__(self, zone: "ZoneInfo") -> None:
        self._zone = zone
        self._hours: dict[bytes, tuple[bytes, bytes]] = {}

    def __call__(self, column: Sequence[bytes]) -> Iterable[bytes]:
        hours = self._hours
        try:
            return [
                (known := hours[cell[:_HOUR]])[0] + cell[_HOUR:] + known[1]
                if len(cell) in _COMPLETE
                else self._moment(cell)
                for cell in column
            ]
        except KeyError:
            return [self._moment(cell) for cell in column]

    def _moment(self, cell: bytes) -> bytes:
        if not cell:
            return cell
        hour = cell[:_HOUR]
        if hour not in self._hours:
            self._learn(hour)
        return iso(datetime.fromisoformat(cell.decode()), self._zone).encode()

    def _learn(self, hour: bytes) -> None:
        """Remember how an hour of UTC begins and ends in the zone, unless minutes differ too."""
        first, last = (
            local(datetime.fromisoformat(hour.decode() + rest), self._zone)
            for rest in (":00:00", ":59:59")
        )
        text = first.isoformat()
        if text[_HOUR : _HOUR + 6] == ":00:00" and first.utcoffset() == last.utcoffset():
            self._hours[hour] = text[:_HOUR].encode(), text[_HOUR + 6 :].encode()
