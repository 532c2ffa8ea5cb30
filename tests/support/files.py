"""Files as people bring them, for tests of importing."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from xlsxwriter import Workbook


class Sheet(NamedTuple):
    """A sheet of a workbook: its name and its rows."""

    name: str
    rows: Sequence[Sequence[Any]]


def workbook(directory: Path, *sheets: Sheet) -> Path:
    """Write a workbook and return its path; texts that begin with = are formulas."""
    path = directory / "file.xlsx"
    with Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            made = book.add_worksheet(sheet.name)
            for number, row in enumerate(sheet.rows):
                for column, value in enumerate(row):
                    is_day = isinstance(value, date) and not isinstance(value, datetime)
                    made.write(number, column, value, day if is_day else None)
    return path
