"""Listings as a workbook (.xlsx): numbers, amounts and dates as such, text as text."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from crm.domain.errors import UsageFault
from crm.domain.fields import Field, Kind
from crm.domain.formulas import guard, is_guarded
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# What XML cannot hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTHS = {  # of columns, in characters
    Kind.TEXT: 24, Kind.LONG_TEXT: 40, Kind.EMAIL: 32, Kind.PHONE: 18, Kind.MONEY: 16,
    Kind.TIMESTAMP: 20,
}  # fmt: skip
LARGEST = 1_048_576  # rows of a sheet, the headings included
_FORMATS = {
    Kind.MONEY: "#,##0.00",
    Kind.TIMESTAMP: "yyyy-mm-dd hh:mm:ss",
    Kind.DATE: "yyyy-mm-dd",
}


def write_workbook(
    fields: Sequence[Field],
    rows: Iterable[Sequence[Any]],
    file: BinaryIO,
    zone: "ZoneInfo",
    *,
    tidy: bool = False,
) -> None:
    """Write one sheet, row by row; they need not fit in memory.

    Moments are wall-clock time in ``zone``, since a workbook knows no other. A ``tidy`` one hides
    the columns that are there for programs, which read them all the same. Raises UsageFault
    ``too_many_rows``.
    """
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(_("Export"))
    _lay_out(sheet, fields, _find_hidden(fields) if tidy else set())
    try:
        _fill(sheet, fields, rows, zone)
    except BaseException:
        # Or the library complains of a sheet that nobody closed.
        sheet.close()
        raise
    workbook.save(file)


def _find_hidden(fields: Sequence[Field]) -> set[str]:
    """Return which fields say nothing to people: ids that stand beside a name, and versions."""
    names = {field.name for field in fields}
    return {
        name for name in names if name == "version" or name.removesuffix("_id") in names - {name}
    }


def _lay_out(sheet: Any, fields: Sequence[Field], hidden: Collection[str]) -> None:
    from openpyxl.utils import get_column_letter

    for number, field in enumerate(fields, 1):
        column = sheet.column_dimensions[get_column_letter(number)]
        # A moment that is wider than its column is shown as a row of hashes.
        column.width = max(_WIDTHS.get(field.kind, 12), len(field.name) + 2)
        column.hidden = field.name in hidden


def _fill(
    sheet: Any, fields: Sequence[Field], rows: Iterable[Sequence[Any]], zone: "ZoneInfo"
) -> None:
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, field.name) for field in fields])
    writers = [_writer(sheet, field.kind, zone) for field in fields]
    for number, row in enumerate(rows, 2):
        if number > LARGEST:
            raise UsageFault(
                _("A workbook has no room for more than {n} records.").format(n=LARGEST - 1),
                hint=_("Narrow the listing, or write CSV."),
                code="too_many_rows",
            )
        sheet.append(
            [
                None if value is None else write_cell(value)
                for write_cell, value in zip(writers, row, strict=True)
            ]
        )


def _writer(sheet: Any, kind: Kind, zone: "ZoneInfo") -> Callable[[Any], Any]:
    if kind in {Kind.ID, Kind.INTEGER, Kind.BOOLEAN}:
        return lambda value: value
    if kind not in _FORMATS:
        return lambda value: _text(sheet, str(value))

    def typed(value: Decimal | date | datetime) -> Any:
        if isinstance(value, datetime):
            from crm.domain.times import to_local

            value = to_local(value, zone).replace(tzinfo=None)
        cell = _cell(sheet, value)
        cell.number_format = _FORMATS[kind]
        return cell

    return typed


def _text(sheet: Any, value: str) -> Any:
    """Return a cell that is text whatever it begins with: no formula, and none when it is edited.

    What has an apostrophe of its own before a formula is guarded, as reading takes one away.
    """
    value = _ILLEGAL.sub(lambda found: ascii(found[0])[1:-1], value)
    if guard(value) == value:
        return value
    cell = _cell(sheet, guard(value) if is_guarded(value) else value)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    return WriteOnlyCell(sheet, value)
