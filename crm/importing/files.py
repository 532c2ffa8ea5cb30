"""Which kind of file it is, by its first bytes rather than its name."""

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from crm.domain.errors import FileTooLarge, InvalidValue
from crm.domain.i18n import gettext as _
from crm.importing.bounds import USUAL, Bounds
from crm.importing.source import SourceFile
from crm.importing.table import Candidate, Names, Row, Table, find_table

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0"  # old workbooks, and new ones that are encrypted
# What some programs name .xls or .csv all the same.
_NO_TABLES = {
    b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf": "7z", b"Rar!": "RAR", b"<!DOCTYPE": "HTML", b"<html": "HTML", b"<table": "HTML",
    b"<?xml": "XML", b"{\\rtf": "RTF", b"SQLite": "SQLite", b"\x7fELF": "ELF",
}  # fmt: skip


def open_table(
    path: Path,
    names: Names,
    mapping: Mapping[str, str],
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    bounds: Bounds | None = USUAL,
) -> Table:
    """Return the table in a file of CSV, JSON, JSON lines or a workbook.

    ``names`` is what each column may be called, ``mapping`` which headings mean which column.
    ``encoding`` is that of CSV, ``sheet`` the one of a workbook. ``bounds`` of ``None`` take a file
    as large as it is.

    Raises OSError, UsageFault, InvalidValue.
    """
    source = SourceFile(path, bounds)
    candidates = (
        each._replace(rows=partial(_limit, each.rows, bounds)) if bounds else each
        for each in _candidates(source, encoding, sheet)
    )
    return find_table(candidates, names, mapping)


def _candidates(source: SourceFile, encoding: str | None, sheet: str | None) -> Iterable[Candidate]:
    start = source.start(4096)  # more than any mark or word by which a kind is known
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    for mark, kind in _NO_TABLES.items():
        if text[: len(mark)].lower() == mark.lower():
            raise InvalidValue(
                _("The file is not a table but {kind}.").format(kind=kind),
                hint=_(
                    "Open it in a spreadsheet program, and save it as .xlsx or as CSV in UTF-8."
                ),
                code="invalid_file",
            )
    if start.startswith((_ZIP, _COMPOUND)):
        from crm.importing.workbook import reading

        return reading.candidates(source, sheet)
    if text[:1] in {b"[", b"{"}:
        from crm.importing import objects

        return objects.candidates(source)
    from crm.importing import delimited

    return delimited.candidates(source, encoding)


def _limit(read: Callable[[], Iterator[Row]], bounds: Bounds) -> Iterator[Row]:
    """Yield rows, and refuse a table that is too long or too wide."""
    for count, (number, cells) in enumerate(read(), 1):
        if count > bounds.rows:
            raise FileTooLarge(_("The file has more than {most} rows.").format(most=bounds.rows))
        if len(cells) > bounds.columns:
            # Spreadsheets write separators for columns in which there is nothing.
            while cells and not cells[-1]:
                cells.pop()
            if len(cells) > bounds.columns:
                raise FileTooLarge(
                    _("Row {number} has {count} columns; at most {most} are read.").format(
                        number=number, count=len(cells), most=bounds.columns
                    )
                )
        yield number, cells
