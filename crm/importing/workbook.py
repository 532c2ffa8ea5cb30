"""Workbooks of Excel and its like (.xlsx), read sheet by sheet without holding them in memory."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from crm.domain.errors import InvalidValue, NotFound
from crm.domain.formulas import unguard
from crm.domain.i18n import gettext as _
from crm.domain.text import quote
from crm.importing.table import Candidate, Row


def candidates(path: Path, sheet: str | None) -> Iterator[Candidate]:
    """Yield each sheet, or the one that is named ``sheet``. Raises NotFound."""
    with _opened(path) as workbook:
        names = [each.title for each in workbook.worksheets]
        sizes = {each.title: each.max_row for each in workbook.worksheets}
    if sheet is not None and sheet not in names:
        raise NotFound(
            _("The workbook has no sheet “{name}”.").format(name=quote(sheet)),
            hint=_("It has: {names}.").format(names=", ".join(map(quote, names))),
        )
    for name in [sheet] if sheet is not None else names:
        yield Candidate(name, partial(_rows, path, name), sizes[name])


def _rows(path: Path, sheet: str) -> Iterator[Row]:
    with _opened(path) as workbook:
        found = workbook[sheet]
        # What programs say of a sheet's size is often wrong.
        found.reset_dimensions()
        for number, cells in enumerate(found.iter_rows(), 1):
            yield number, [_text(cell.value, cell) for cell in cells]


def _text(value: Any, cell: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return unguard(value)
        case bool():
            return "true" if value else "false"
        case float():
            # Spreadsheets calculate with 15 digits, of which the rest is no part.
            return str(int(value)) if value.is_integer() else format(value, ".15g")
        case datetime() if "h" not in (cell.number_format or "").lower():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case _:
            return str(value)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from openpyxl import load_workbook

    try:
        # Opened here, because the library judges a file by its name.
        with warnings.catch_warnings(), path.open("rb") as file:
            # Of styles and extensions, which are not read.
            warnings.filterwarnings("ignore", module="openpyxl")
            workbook = load_workbook(file, read_only=True, data_only=True)
            try:
                yield workbook
            finally:
                workbook.close()
    except (InvalidValue, OSError):
        raise
    except Exception as error:  # whatever a damaged archive makes its readers raise
        raise InvalidValue(
            _("The file cannot be read as a workbook."),
            hint=_("Save it again as .xlsx, or as CSV in UTF-8."),
            code="invalid_file",
        ) from error
