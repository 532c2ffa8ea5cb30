"""Listings as a workbook (.xlsx): numbers, amounts and dates as such, text as text."""

import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from crm.domain.errors import UsageFault
from crm.domain.fields import Field, Kind
from crm.domain.formulas import guard, is_guarded
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Writer = Callable[[int, int, Any], None]  # of a row, a column and a value

# What XML cannot hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTHS = {  # of columns, in characters
    Kind.TEXT: 24, Kind.LONG_TEXT: 40, Kind.EMAIL: 32, Kind.PHONE: 18, Kind.MONEY: 16,
    Kind.TIMESTAMP: 20,
}  # fmt: skip
LARGEST = 1_048_576  # rows of a sheet, the headings included
LONGEST = 32_767  # UTF-16 units in a cell
_FIRST_YEAR = 1901  # before that programs disagree on which day a number is
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
    the columns that are there for programs, which read them all the same.

    Raises UsageFault: ``too_many_rows`` or ``cell_too_long``.
    """
    from xlsxwriter import Workbook

    # Rows wait in a file of the library's, whose place is ours so that it is gone in any case.
    with tempfile.TemporaryDirectory() as scratch:
        workbook = Workbook(file, {"constant_memory": True, "tempdir": scratch})
        sheet = workbook.add_worksheet(_("Export"))
        try:
            _lay_out(sheet, fields, _find_hidden(fields) if tidy else set())
            _fill(workbook, sheet, fields, rows, zone)
        except BaseException:
            sheet.row_data_fh.close()  # the library closes it only together with a whole workbook
            raise
        workbook.close()


def _find_hidden(fields: Sequence[Field]) -> set[str]:
    """Return which fields say nothing to people: ids that stand beside a name, and versions."""
    names = {field.name for field in fields}
    return {
        name for name in names if name == "version" or name.removesuffix("_id") in names - {name}
    }


def _lay_out(sheet: Any, fields: Sequence[Field], hidden: Collection[str]) -> None:
    sheet.freeze_panes(1, 0)
    for column, field in enumerate(fields):
        # A moment that is wider than its column is shown as a row of hashes.
        width = max(_WIDTHS.get(field.kind, 12), len(field.name) + 2)
        sheet.set_column(column, column, width, None, {"hidden": field.name in hidden})


def _fill(
    workbook: Any,
    sheet: Any,
    fields: Sequence[Field],
    rows: Iterable[Sequence[Any]],
    zone: "ZoneInfo",
) -> None:
    write_text = _text_writer(workbook, sheet)
    for column, field in enumerate(fields):
        write_text(0, column, field.name)
    writers = [_writer(workbook, sheet, field.kind, zone, write_text) for field in fields]
    for number, row in enumerate(rows, 1):
        if number >= LARGEST:
            raise UsageFault(
                _("A workbook holds at most {n} records.").format(n=LARGEST - 1),
                hint=_("Narrow the listing, or write a CSV file."),
                code="too_many_rows",
            )
        for column, (write_value, value) in enumerate(zip(writers, row, strict=True)):
            if value is not None:
                write_value(number, column, value)


def _writer(workbook: Any, sheet: Any, kind: Kind, zone: "ZoneInfo", write_text: Writer) -> Writer:
    """Return what writes a value of this kind to a row and column."""
    if kind is Kind.BOOLEAN:
        return cast("Writer", sheet.write_boolean)
    if kind in {Kind.ID, Kind.INTEGER}:
        return cast("Writer", sheet.write_number)
    if kind not in _FORMATS:
        return lambda row, column, value: write_text(row, column, str(value))
    look = workbook.add_format({"num_format": _FORMATS[kind]})
    if kind is Kind.MONEY:
        return lambda row, column, value: sheet.write_number(row, column, value, look)

    def write_date(row: int, column: int, value: date | datetime) -> None:
        if isinstance(value, datetime):
            from crm.domain.times import to_local

            value = to_local(value, zone).replace(tzinfo=None)
        if value.year < _FIRST_YEAR:
            write_text(row, column, str(value))
        else:
            sheet.write_datetime(row, column, value, look)

    return write_date


def _text_writer(workbook: Any, sheet: Any) -> Writer:
    """Return what writes text that stays text, also when its cell is edited.

    What has an apostrophe of its own before a formula is guarded, as reading takes one away.
    """
    quoted = workbook.add_format({"quote_prefix": True})
    plain = workbook.add_format({})

    def write(row: int, column: int, value: str) -> None:
        value = _ILLEGAL.sub(lambda found: ascii(found[0])[1:-1], value)
        look = None
        if guard(value) != value:
            look = quoted
            value = guard(value) if is_guarded(value) else value
        if value.startswith("<r>"):
            # The library takes such a text for markup of its own, and would not escape it.
            failed = sheet.write_rich_string(row, column, value[0], plain, value[1:])
        else:
            failed = sheet.write_string(row, column, value, look)
        if failed:
            raise UsageFault(
                _("A cell of a workbook holds at most {n} characters.").format(n=LONGEST),
                hint=_("Write CSV or JSON instead."),
                code="cell_too_long",
            )

    return write
