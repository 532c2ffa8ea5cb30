"""A workbook taken apart into lines of JSON: a program that :mod:`.reading` runs.

calamine lays a sheet out as one rectangle: two cells in opposite corners ask it for 550 GB, and it
aborts the process where memory ends. So it works in a process of its own, under a ceiling of memory
and of processor time, and nothing that it wrote is read before it has ended well.

The workbook is standard input. Standard output gets the rows of each sheet, a list of texts a line,
and then one line that lists the sheets.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO

from crm.importing.workbook.protocol import BLANK, Failed, Failure, Limits, ListedSheet

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

    from crm.importing.workbook.details import Details

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# Spreadsheets keep moments as fractions of a day, which come back a little early.
_HALF_A_SECOND = timedelta(milliseconds=500)


def take_apart(numbers: Sequence[int] | None, only: str | None) -> None:
    """Take standard input apart, and exit with a Failure where that cannot be done.

    ``numbers`` are the Limits, ``only`` is the one sheet that is asked for.
    """
    limits = Limits(*numbers) if numbers else None
    try:
        if limits:
            _restrict(limits)
        write_sheets(sys.stdin.buffer, sys.stdout.buffer, limits, only)
        sys.stdout.flush()
    except Failed as failed:
        # The only way to the parent, which shares nothing but a file with this process.
        sys.exit(failed.args[0])
    except MemoryError:
        # The limit that the process gave itself, and so an answer and no accident.
        sys.exit(Failure.TOO_LARGE)
    except BaseException:  # calamine's panics are no Exceptions
        sys.exit(Failure.DAMAGED)


def _restrict(limits: Limits) -> None:
    with suppress(ImportError):  # Windows has none; the size of what is unpacked is all it bounds
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
        with suppress(ValueError, OSError):  # macOS knows the name and not the thing
            resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))


def write_sheets(file: BinaryIO, out: BinaryIO, limits: Limits | None, only: str | None) -> None:
    """Write the sheets of a workbook, or the rows of that named ``only``. Raises Failed."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    from crm.importing.workbook.kinds import open_details

    about_cells = open_details(file, limits.unpacked if limits else None)
    file.seek(0)
    workbook = CalamineWorkbook.from_filelike(file)
    about_cells.refuse_unlocated_errors()
    output = _Output(out, limits.unpacked if limits else sys.maxsize)
    sheets: list[ListedSheet] = []
    for position, about in enumerate(workbook.sheets_metadata):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        if limits and len(sheets) >= limits.sheets:
            raise Failed(Failure.TOO_LARGE)
        if only is not None and about.name != only:
            sheets.append(ListedSheet(about.name, 0, 0, None))
            continue
        found = workbook.get_sheet_by_index(position)
        rows, columns = _size(found)
        offset = None
        if not limits or (rows <= limits.rows and columns <= limits.columns):
            offset = output.written
            for row in _rows(found, about_cells):
                output.line(row)
        sheets.append(ListedSheet(about.name, rows, columns, offset))
        del found  # before the next one is laid out
    output.line(sheets)


class _Output:
    """Lines of JSON, up to a number of bytes."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file = file
        self._most = most
        self.written = 0

    def line(self, value: Sequence[Any]) -> None:
        line = _encode(value).encode() + b"\n" if value else BLANK
        self.written += len(line)
        if self.written > self._most:
            raise Failed(Failure.TOO_LARGE)
        self._file.write(line)


def _size(sheet: "CalamineSheet") -> tuple[int, int]:
    return (0, 0) if sheet.end is None else (sheet.end[0] + 1, sheet.end[1] + 1)


def _rows(sheet: "CalamineSheet", details: "Details") -> Iterator[list[str]]:
    """Yield the rows from the first of the sheet, without empty cells at their ends."""
    if sheet.start is None:
        return
    left = sheet.start[1]
    # Where a sheet has days only, it may be that midnight is meant: their look says.
    days = any(type(value) is date for row in sheet.iter_rows() for value in row)
    special = details.cells(sheet.name, days=days)
    # calamine begins with the first row, and with the first column that has a cell.
    for number, values in enumerate(sheet.iter_rows()):
        if values.count("") == len(values) and number not in special:
            yield []
            continue
        cells = [""] * left + [
            value if type(value) is str else format_cell(value) for value in values
        ]
        for column, error in special.get(number, ()):
            at = column - left
            if error is not None and 0 <= at < len(values):
                cells[column] = error
            elif 0 <= at < len(values) and type(values[at]) is date:
                cells[column] += " 00:00:00"
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def format_cell(value: Any) -> str:
    """Return a cell as a person would have typed it.

    Moments are rounded to the second: as parts of a day they are a little less or more.
    """
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            # Spreadsheets calculate with 15 digits, of which the rest is no part.
            return str(int(value)) if value.is_integer() else format(value, ".15g")
        case datetime():
            return (value + _HALF_A_SECOND).isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case time():
            rounded = datetime.combine(date.min, value) + _HALF_A_SECOND
            return rounded.time().isoformat("seconds")
        case timedelta():
            seconds = round(value.total_seconds())
            return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case _:
            return str(value)
