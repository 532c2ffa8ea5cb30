"""Workbooks of spreadsheet programs (.xlsx, .xlsb, .xls, .ods), sheet by sheet.

A process of its own takes them apart, see :mod:`.sheets`; what it writes waits in a file without a
name.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from crm.domain.errors import FileTooLarge, InvalidValue, NotFound
from crm.domain.formulas import unguard
from crm.domain.i18n import gettext as _
from crm.domain.text import quote
from crm.importing.bounds import Bounds
from crm.importing.source import SourceFile
from crm.importing.table import Candidate, Row
from crm.importing.workbook.protocol import BLANK, Failure, Limits, ListedSheet

_PATIENCE = 60  # seconds, where no ceiling on the processor's time can be set
_LAST_LINE = 1 << 20  # bytes in which the list of sheets is found
_BATCH = 1 << 18  # bytes of lines that are read together


def candidates(source: SourceFile, sheet: str | None) -> Iterator[Candidate]:
    """Yield each sheet, or the one that is named ``sheet``. Raises InvalidValue, NotFound."""
    rows = _take_apart(source, sheet)
    names = [each.name for each in rows.sheets]
    if sheet is not None and sheet not in names:
        raise NotFound(
            _("The workbook has no sheet “{name}”.").format(name=quote(sheet)),
            hint=_("It has: {names}.").format(names=", ".join(map(quote, names))),
        )
    for each in rows.sheets:
        if sheet in {None, each.name}:
            if each.offset is None:
                raise FileTooLarge(
                    _("The sheet “{name}” has {rows} rows and {columns} columns.").format(
                        name=quote(each.name), rows=each.rows, columns=each.columns
                    )
                )
            yield Candidate(each.name, partial(rows.of, each), each.rows)


class _Rows:
    """The rows of all sheets, in a file that is gone when they are of no more use."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115  closed below
        self.sheets: list[ListedSheet] = []

    def __del__(self) -> None:
        self.file.close()

    def of(self, sheet: ListedSheet) -> Iterator[Row]:
        """Yield the rows of a sheet."""
        at, number = sheet.offset or 0, 0
        while number < sheet.rows:
            self.file.seek(at)
            lines = self.file.readlines(_BATCH)
            for line in lines[: sheet.rows - number]:
                number += 1
                cells = [unguard(cell) for cell in json.loads(line)] if line != BLANK else []
                yield number, cells
            at += sum(map(len, lines))


def _take_apart(source: SourceFile, sheet: str | None) -> _Rows:
    rows = _Rows()
    bounds = source.bounds
    limits = bounds and Limits(
        bounds.memory, bounds.seconds, bounds.unpacked, bounds.rows, bounds.columns, bounds.sheets
    )
    with source.open() as file:
        try:
            status = subprocess.run(
                _command(limits, sheet),
                stdin=file,
                stdout=rows.file,
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE if bounds else None,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            # A file made to keep its reader busy is as unusable as one that is too large.
            status = Failure.TOO_LARGE
    if status:
        raise _workbook_error(status, bounds)
    end = rows.file.seek(0, 2)
    rows.file.seek(max(0, end - _LAST_LINE))
    rows.sheets = [ListedSheet(*each) for each in json.loads(rows.file.read().splitlines()[-1])]
    return rows


def _command(limits: Limits | None, only: str | None) -> list[str]:
    """Return the command that runs this program: alone, with the modules that we see."""
    program = (
        "import json, sys; sys.path[:], limits, only = json.loads(sys.argv[1])\n"
        "from crm.importing.workbook import sheets; sheets.take_apart(limits, only)"
    )
    path = [str(Path(each).absolute()) for each in sys.path]
    return [sys.executable, "-I", "-S", "-c", program, json.dumps([path, limits, only])]


def _workbook_error(status: int, bounds: Bounds | None) -> InvalidValue:
    match status:
        case Failure.DAMAGED:
            message = _("The file cannot be read as a workbook.")
            hint = _("Save it again as .xlsx or as UTF-8 CSV.")
        case Failure.LOCKED:
            message = _("The workbook is protected by a password.")
            hint = _("Save it without one, or save the sheet as CSV in UTF-8.")
        case Failure.ERRORS:
            message = _("Formulas of the workbook have failed (such as #REF!), and in this format "
                        "their cells look empty.")  # fmt: skip
            hint = _("Correct them, or save it as .xlsx: then their rows can be named.")
        case _ if bounds is None:
            message = _("The workbook is too large for the memory of this machine.")
            hint = _("Save the sheet as CSV in UTF-8.")
        case _:
            return FileTooLarge(
                _("The workbook takes more than {seconds} seconds, {memory} MB of memory or "
                  "{unpacked} MB unpacked.").format(
                    seconds=bounds.seconds,
                    memory=bounds.memory >> 20,
                    unpacked=bounds.unpacked >> 20,
                )
            )  # fmt: skip
    return InvalidValue(message, hint=hint, code="invalid_file")
