"""Workbooks of listings: typed cells, and text that stays text."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from crm.cli.output import workbook
from crm.domain.errors import UsageFault
from crm.domain.fields import Field, Kind
from crm.domain.formulas import unguard

FIELDS = (
    Field("id", Kind.ID), Field("name"), Field("amount", Kind.MONEY), Field("at", Kind.TIMESTAMP),
    Field("signed", Kind.BOOLEAN), Field("day", Kind.DATE),
)  # fmt: skip


def write(fields: Sequence[Field], rows: Sequence[Sequence[Any]], **options: bool) -> io.BytesIO:
    file = io.BytesIO()
    workbook.write_workbook(fields, rows, file, ZoneInfo("Europe/Paris"), **options)
    file.seek(0)
    return file


def read(fields: Sequence[Field], rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(write(fields, rows))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def elements(file: io.BytesIO, part: str, name: str) -> list[dict[str, str]]:
    """Return the attributes of all elements of that name in a part of the workbook."""
    with ZipFile(file) as archive:
        tree = ElementTree.fromstring(archive.read(f"xl/{part}.xml"))  # noqa: S314
    return [each.attrib for each in tree.iter() if each.tag.endswith("}" + name)]


def looks(file: io.BytesIO) -> dict[str, dict[str, str]]:
    """Return the look of each cell that has one of its own."""
    found = elements(file, "styles", "xf")[1:]
    cells = elements(file, "worksheets/sheet1", "c")
    return {each["r"]: found[int(each["s"])] for each in cells if "s" in each}


def test_values_are_typed() -> None:
    row = (
        7, "Éléonore", Decimal("1234.50"), datetime.fromisoformat("2026-06-04 11:00"), True,
        date(2026, 6, 4),
    )  # fmt: skip
    assert read(FIELDS, [row, (8, None, None, None, None, None)]) == [
        [field.name for field in FIELDS],
        [
            7, "Éléonore", 1234.5, datetime.fromisoformat("2026-06-04 13:00"), True,
            date(2026, 6, 4),
        ],
        [8, *[""] * 5],
    ]  # fmt: skip
    file = write(FIELDS, [row])
    formats = {e["numFmtId"]: e["formatCode"] for e in elements(file, "styles", "numFmt")}
    shown = {cell: formats.get(look["numFmtId"]) for cell, look in looks(file).items()}
    assert shown == {"C2": "#,##0.00", "D2": "yyyy-mm-dd hh:mm:ss", "F2": "yyyy-mm-dd"}


def test_the_largest_amount_is_exact() -> None:
    amounts = [(Decimal("9999999999999.99"),), (Decimal("0.01"),), (Decimal("-1.10"),)]
    found = read([Field("amount", Kind.MONEY)], amounts)[1:]
    assert [format(amount, ".2f") for (amount,) in found] == ["9999999999999.99", "0.01", "-1.10"]


def test_days_that_no_spreadsheet_counts_to_are_text() -> None:
    days = [(date(1899, 12, 31),), (date(1, 1, 1),), (date(1901, 1, 1),), (date(9999, 12, 31),)]
    assert [row[0] for row in read([Field("day", Kind.DATE)], days)[1:]] == [
        "1899-12-31", "0001-01-01", date(1901, 1, 1), date(9999, 12, 31),
    ]  # fmt: skip


def test_what_is_there_for_programs_is_hidden_where_nobody_asked_for_it() -> None:
    names = ("id", "client_id", "client", "contract_id", "version", "created_at")
    fields = [Field(name, Kind.TIMESTAMP if name == "created_at" else Kind.TEXT) for name in names]
    for tidy, hidden in ((True, ["2", "5"]), (False, [])):
        columns = elements(write(fields, [], tidy=tidy), "worksheets/sheet1", "col")
        assert [each["min"] for each in columns if each.get("hidden") == "1"] == hidden
        assert float(columns[-1]["width"]) >= len("2026-06-04 13:00:00")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "'=1+1", "+SUM(A1)", "-2+3", "@x", "＝1", "'t Hooft", "+33612345678", "é", "0612",
        " spaces ", "a\r\nb", "_x000D_", "<b>&amp;</b>", "<r><t>x</t></r>", "<r></r>",
        "<r></is></c><c r='A3' t='str'><f>1+1</f><v>2</v></c></r>", "<r>\U0001f600</r>",
    ],
)  # fmt: skip
def test_text_is_text_and_read_back_unchanged(text: str) -> None:
    file = write([Field("name")], [(text,)])
    found = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    assert (found[0], unguard(str(found[1][0])), len(found)) == (["name"], text, 2)
    assert not elements(file, "worksheets/sheet1", "f")


def test_what_begins_a_formula_stays_text_when_it_is_edited() -> None:
    found = looks(write([Field("name")], [("=1+1",), ("plain",)]))
    assert {cell: look.get("quotePrefix") for cell, look in found.items()} == {"A2": "1"}


def test_a_text_that_no_cell_holds_is_refused_and_not_cut() -> None:
    assert read([Field("name")], [("x" * 32_767,)])[1] == ["x" * 32_767]
    for text in ("x" * 32_768, "\U0001f600" * 16_384):
        with pytest.raises(UsageFault) as refused:
            read([Field("name")], [(text,)])
        assert refused.value.code == "cell_too_long"


def test_what_xml_cannot_hold_is_shown() -> None:
    assert read([Field("name")], [("a\x1b\x00\ufffe",)])[1] == ["a\\x1b\\x00\\ufffe"]


def test_a_sheet_has_no_room_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST", 3)
    assert len(read([Field("id", Kind.ID)], [(1,), (2,)])) == 3
    with pytest.raises(UsageFault) as refused:
        read([Field("id", Kind.ID)], [(1,), (2,), (3,)])
    assert refused.value.code == "too_many_rows"
