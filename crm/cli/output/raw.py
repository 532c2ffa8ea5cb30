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
from crm.domain.times import format_iso, to_local

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
_COMPLETE = frozenset({len("2026-06-04 13:00:00"), len("2026-06-04 13:00:00.000000")})


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
    """Brings columns of timestamps into a zone, an hour at a time where that can be done."""

    def __init__(self, zone: "ZoneInfo") -> None:
        self._zone = zone
        self._hours = _Hours(zone)

    def __call__(self, column: Sequence[bytes]) -> Iterable[bytes]:
        if not any(column):  # a moment that has come for nobody yet
            return column
        if _COMPLETE.issuperset(map(len, column)):
            hours = self._hours
            try:
                return [hours[cell[:_HOUR]] % cell[_HOUR:] for cell in column]
            except KeyError:
                # An hour in which the clocks change, or infinity: cell by cell.
                pass
        return map(self._moment, column)

    def _moment(self, cell: bytes) -> bytes:
        return (
            format_iso(datetime.fromisoformat(cell.decode()), self._zone).encode() if cell else cell
        )


class _Hours(dict[bytes, bytes]):
    """What an hour of UTC is in a zone, around its minutes: ``2026-06-04T15%b+02:00``."""

    def __init__(self, zone: "ZoneInfo") -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, hour: bytes) -> bytes:
        """Learn an hour. Raises KeyError where minutes differ too, or clocks change within it."""
        first, last = (
            to_local(datetime.fromisoformat(hour.decode() + rest), self._zone)
            for rest in (":00:00", ":59:59")
        )
        text = first.isoformat()
        if text[_HOUR : _HOUR + 6] != ":00:00" or first.utcoffset() != last.utcoffset():
            raise KeyError(hour)
        self[hour] = f"{text[:_HOUR]}%b{text[_HOUR + 6 :]}".encode()
        return self[hour]
