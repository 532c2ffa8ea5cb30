"""Workbooks of listings: typed cells, and text that stays text."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from crm.cli.output import workbook
from crm.domain.errors import UsageFault
from crm.domain.fields import Field, Kind
from crm.domain.formulas import unguard

FIELDS = (
    Field("id", Kind.ID), Field("name"), Field("amount", Kind.MONEY), Field("at", Kind.TIMESTAMP),
    Field("signed", Kind.BOOLEAN), Field("day", Kind.DATE),
)  # fmt: skip


def sheet(fields: Sequence[Field], rows: Sequence[Sequence[Any]]) -> Any:
    file = io.BytesIO()
    workbook.write_workbook(fields, rows, file, ZoneInfo("Europe/Paris"))
    return openpyxl.load_workbook(file).active


def test_values_are_typed() -> None:
    row = (
        7, "Éléonore", Decimal("1234.50"), datetime.fromisoformat("2026-06-04 11:00"), True,
        date(2026, 6, 4),
    )  # fmt: skip
    found = sheet(FIELDS, [row, (8, None, None, None, None, None)])
    assert [cell.value for cell in found[1]] == [field.name for field in FIELDS]
    assert [cell.value for cell in found[2]] == [
        7, "Éléonore", 1234.5, datetime.fromisoformat("2026-06-04 13:00"), True,
        datetime.fromisoformat("2026-06-04"),
    ]  # fmt: skip
    assert (found["C2"].number_format, found["D2"].number_format) == (
        "#,##0.00", "yyyy-mm-dd hh:mm:ss",
    )  # fmt: skip
    assert [cell.value for cell in found[3]] == [8, *[None] * 5]


def test_what_is_there_for_programs_is_hidden_where_nobody_asked_for_it() -> None:
    names = ("id", "client_id", "client", "contract_id", "version", "created_at")
    fields = [Field(name, Kind.TIMESTAMP if name == "created_at" else Kind.TEXT) for name in names]
    for tidy, hidden in ((True, ["B", "E"]), (False, [])):
        file = io.BytesIO()
        workbook.write_workbook(fields, [], file, ZoneInfo("Europe/Paris"), tidy=tidy)
        columns = openpyxl.load_workbook(file).active.column_dimensions
        assert [letter for letter in "ABCDEF" if columns[letter].hidden] == hidden
        assert columns["F"].width >= len("2026-06-04 13:00:00")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "'=1+1", "+SUM(A1)", "-2+3", "@x", "＝1", "'t Hooft", "+33612345678", "é", "0612"],
)
def test_text_is_text_and_read_back_unchanged(text: str) -> None:
    cell = sheet([Field("name")], [(text,)])["A2"]
    assert (cell.data_type, unguard(cell.value)) == ("s", text)


def test_what_begins_a_formula_stays_text_when_it_is_edited() -> None:
    found = sheet([Field("name")], [("=1+1",), ("plain",)])
    assert (found["A2"].quotePrefix, found["A3"].quotePrefix) == (True, False)


def test_what_xml_cannot_hold_is_shown() -> None:
    assert sheet([Field("name")], [("a\x1b\x00\ufffe",)])["A2"].value == "a\\x1b\\x00\\ufffe"


def test_a_sheet_has_no_room_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST", 3)
    assert sheet([Field("id", Kind.ID)], [(1,), (2,)]).max_row == 3
    with pytest.raises(UsageFault) as refused:
        sheet([Field("id", Kind.ID)], [(1,), (2,), (3,)])
    assert refused.value.code == "too_many_rows"
