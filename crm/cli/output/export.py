r"""Listings for machines: JSON, JSON lines, CSV, TSV and ids, written as they are read.

Keys and headings are the fields' names. Money is text with two decimals, timestamps are ISO 8601
with offset, dates are ISO, and no value is ``null`` in JSON and empty elsewhere.

- ``json``: one array, a record a line, so that it streams; ``jsonl``: a record a line.
- ``csv``: RFC 4180 with a header, but lines end with ``\n``, as ``psql --csv`` and the tools of a
  pipeline have it. Text that a spreadsheet would calculate is guarded, see
  :mod:`crm.domain.formulas`.
- ``tsv``: a header, and always one record a line: inside a value a tab is ``\t``, line ends are
  ``\n`` and ``\r``, a backslash is ``\\``. It is guarded as CSV is, before that.
- ``ids``: the ``id`` of each record, one a line, for ``xargs``.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TextIO

from crm.cli.output.cells import CONTROLS, visible
from crm.domain.fields import Field, Kind
from crm.domain.formulas import guard

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Format = Literal["json", "jsonl", "csv", "tsv", "ids"]

_CSV_SPECIAL = re.compile(r'[",\r\n]')
_TSV_ESCAPES = str.maketrans({"\t": r"\t", "\n": r"\n", "\r": r"\r", "\\": r"\\"})


def write_listing(
    format: Format,  # noqa: A002  (its name to people)
    fields: Sequence[Field],
    rows: Iterable[Sequence[Any]],
    stream: TextIO,
    zone: "ZoneInfo",
) -> None:
    """Write ``rows`` to ``stream`` one by one; they need not fit in memory.

    ``ids`` takes a field named ``id``. On a terminal, control characters in csv and tsv are shown,
    not sent; in JSON they are always escapes, and so is what the stream's encoding does not have.
    """
    lines: Iterator[str]
    match format:
        case "json":
            lines = _array(_objects(fields, rows, stream, zone))
        case "jsonl":
            lines = (line + "\n" for line in _objects(fields, rows, stream, zone))
        case "csv":
            lines = _csv(fields, rows, stream, zone)
        case "tsv":
            lines = _tsv(fields, rows, stream, zone)
        case "ids":
            position = [field.name for field in fields].index("id")
            lines = (f"{row[position]}\n" for row in rows)
    stream.writelines(lines)


def write_record(
    fields: Sequence[Field], row: Sequence[Any], stream: TextIO, zone: "ZoneInfo"
) -> None:
    """Write one record as one JSON object, for the commands that answer with a record."""
    stream.writelines(line + "\n" for line in _objects(fields, [row], stream, zone))


def write_value(value: Any, stream: TextIO) -> None:
    """Write one value that is not a record of the database as one line of JSON."""
    stream.write(_build_json_encoder(stream.encoding)(value) + "\n")


def csv_cell(text: str) -> str:
    """Return a text as a cell of CSV: guarded, and in quotes where it needs them."""
    # The standard writer leaves a lone carriage return bare where lines end with another character.
    text = guard(text)
    return '"' + text.replace('"', '""') + '"' if _CSV_SPECIAL.search(text) else text


def _array(objects: Iterable[str]) -> Iterator[str]:
    before = "["
    for line in objects:
        yield before + line
        before = ",\n "
    yield "[]\n" if before == "[" else "]\n"


def _objects(
    fields: Sequence[Field], rows: Iterable[Sequence[Any]], stream: TextIO, zone: "ZoneInfo"
) -> Iterator[str]:
    encode = _build_json_encoder(stream.encoding)
    names = [field.name for field in fields]
    converters = [_choose_converter(field.kind, zone) for field in fields]
    for row in rows:
        values = [
            value if value is None or convert is None else convert(value)
            for convert, value in zip(converters, row, strict=True)
        ]
        yield encode(dict(zip(names, values, strict=True)))


def _build_json_encoder(encoding: str | None) -> Callable[[Any], str]:
    """Return what makes one line of JSON, with letters as they are where ``encoding`` has all."""
    from json import JSONEncoder

    unicode = (encoding or "utf-8").lower().startswith("utf")
    encode = JSONEncoder(ensure_ascii=not unicode, default=str).encode

    def encode_line(value: Any) -> str:
        line = encode(value)
        # The encoder escapes the oldest controls only; the others a terminal would obey as well.
        return line if line.isprintable() else re.sub(CONTROLS, _json_escape, line)

    return encode_line


def _json_escape(control: re.Match[str]) -> str:
    return f"\\u{ord(control[0]):04x}"


def _csv(
    fields: Sequence[Field], rows: Iterable[Sequence[Any]], stream: TextIO, zone: "ZoneInfo"
) -> Iterator[str]:
    shown = stream.isatty()

    def cell(value: object) -> str:
        return csv_cell(visible(str(value), lines=True) if shown else str(value))

    for line in _write_delimited(",", cell, fields, rows, zone):
        # A blank line would be read as no record at all.
        yield line if line != "\n" else '""\n'


def _tsv(
    fields: Sequence[Field], rows: Iterable[Sequence[Any]], stream: TextIO, zone: "ZoneInfo"
) -> Iterator[str]:
    shown = stream.isatty()

    def cell(value: object) -> str:
        text = guard(str(value)).translate(_TSV_ESCAPES)
        return visible(text) if shown else text

    return _write_delimited("\t", cell, fields, rows, zone)


def _write_delimited(
    delimiter: str,
    cell: Callable[[object], str],
    fields: Sequence[Field],
    rows: Iterable[Sequence[Any]],
    zone: "ZoneInfo",
) -> Iterator[str]:
    def converter(kind: Kind) -> Callable[[Any], str]:
        match kind:
            case Kind.ID | Kind.INTEGER:
                return str
            case Kind.BOOLEAN:
                return {True: "true", False: "false"}.__getitem__
            case _:
                return _choose_converter(kind, zone) or cell

    converters = [converter(field.kind) for field in fields]
    yield delimiter.join(field.name for field in fields) + "\n"
    for row in rows:
        cells = [
            "" if value is None else convert(value)
            for convert, value in zip(converters, row, strict=True)
        ]
        yield delimiter.join(cells) + "\n"


def _choose_converter(kind: Kind, zone: "ZoneInfo") -> Callable[[Any], str] | None:
    """Return what writes a value of this kind in every format, ``None`` where formats differ."""
    match kind:
        case Kind.TIMESTAMP:
            from crm.domain.times import format_iso

            return lambda moment: format_iso(moment, zone)
        case Kind.DATE:
            return date.isoformat
        case Kind.MONEY:
            return "{:.2f}".format
        case _:
            return None
