"""Files as people bring them, for tests of importing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import Workbook


class Sheet(NamedTuple):
    """A sheet of a workbook: its name and its rows."""

    name: str
    rows: Sequence[Sequence[Any]]


def workbook(directory: Path, *sheets: Sheet) -> Path:
    """Write a workbook and return its path."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        made = book.create_sheet(sheet.name)
        for row in sheet.rows:
            made.append(row)
    path = directory / "file.xlsx"
    book.save(path)
    return path
