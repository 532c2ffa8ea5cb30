"""Workbooks: typed cells as the texts that people would have typed."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.files import Sheet, workbook
from support.spreadsheets import ERROR, Rows, compound, ods, ods_rows, xls, xlsb
from xlsxwriter import Workbook

from crm.domain.errors import CRMError
from crm.importing.files import open_table
from crm.importing.nouns import NAMES


def cells(file: Path, sheet: str | None = None) -> list[list[str]]:
    table = open_table(file, NAMES["client"], {}, sheet=sheet)
    return [row for _number, row in table.rows()]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (612345678, "612345678"),
        (33612345678.0, "33612345678"),
        (1234.5600000000002, "1234.56"),
        (0.1 + 0.2, "0.3"),
        (True, "true"),
        (datetime.fromisoformat("2026-06-04 13:00"), "2026-06-04 13:00:00"),
        (date(2026, 6, 4), "2026-06-04"),
        (time(13, 30), "13:30:00"),
        ("#N/A", "#N/A"),
        ("'=1+1", "=1+1"),
        (" Jean\u00a0", " Jean\u00a0"),
    ],
)
def test_a_cell_is_the_text_that_it_shows(tmp_path: Path, value: object, text: str) -> None:
    file = workbook(tmp_path, Sheet("A", [["email", "note"], ["a@x.fr", value]]))
    assert cells(file) == [["a@x.fr", text]]


def test_a_day_without_a_time_stays_one(tmp_path: Path) -> None:
    with Workbook(tmp_path / "file.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["email", "start"])
        looks = ["DD/MM/YYYY", "DD/MM/YYYY HH:MM", 'd mmm "h"', "[h]:mm", "hh:mm"]
        for row, look in enumerate(looks, 1):
            day = datetime.fromisoformat("2026-06-04")
            sheet.write_datetime(row, 1, day, book.add_format({"num_format": look}))
    assert [row[1] for row in cells(tmp_path / "file.xlsx")] == [
        "2026-06-04", "2026-06-04 00:00:00", "2026-06-04", "1108248:00:00", "2026-06-04 00:00:00",
    ]  # fmt: skip


def test_merged_cells_and_gaps_keep_their_place(tmp_path: Path) -> None:
    with Workbook(tmp_path / "file.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.merge_range("B2:D2", "Clients 2026")
        sheet.write_row("B4", ["Nom", "E-mail", "Tél."])
        sheet.write_row("B7", ["Jean", "j@x.fr"])
    table = open_table(tmp_path / "file.xlsx", NAMES["client"], {})
    assert table.columns == {"full_name": 1, "email": 2, "phone": 3}
    assert [(number, row[1:3]) for number, row in table.rows()] == [(7, ["Jean", "j@x.fr"])]


def test_a_sheet_is_named(tmp_path: Path) -> None:
    file = workbook(
        tmp_path, Sheet("2025", [["email"], ["old@x.fr"]]), Sheet("2026", [["email"], ["new@x.fr"]])
    )
    assert cells(file) == [["old@x.fr"]]
    assert cells(file, "2026") == [["new@x.fr"]]
    with pytest.raises(CRMError) as refused:
        cells(file, "2027")
    assert (refused.value.code, refused.value.hint) == ("not_found", "It has: 2025, 2026.")


def test_moments_lose_no_second(tmp_path: Path) -> None:
    first = datetime.fromisoformat("2031-12-30 00:00:00")
    moments = [first + timedelta(seconds=second) for second in range(1, 3 * 86_400, 61)]
    rows: list[list[Any]] = [
        ["email", "moment", "time"],
        *([None, each, each.time()] for each in moments),
    ]
    found = cells(workbook(tmp_path, Sheet("A", rows)))
    assert [row[1] for row in found] == [each.isoformat(" ") for each in moments]
    # What was calculated is a little less or more than the second that it shows.
    with Workbook(tmp_path / "file.xlsx") as book:
        sheet, look = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for number, part in enumerate(("email", 46177.541666, 46177.541668, 0.541666)):
            sheet.write(number, 0, part, look)
    assert cells(tmp_path / "file.xlsx") == [
        ["2026-06-04 13:00:00"], ["2026-06-04 13:00:00"], ["13:00:00"],
    ]  # fmt: skip
    with Workbook(tmp_path / "file.xlsx") as book:
        sheet, look = book.add_worksheet(), book.add_format({"num_format": "hh:mm:ss"})
        sheet.write(0, 0, "email")
        for number, each in enumerate(moments, 1):
            sheet.write(number, 0, (each - first).total_seconds() / 86_400 % 1, look)
    assert [row[0] for row in cells(tmp_path / "file.xlsx")] == [
        each.time().isoformat("seconds") for each in moments
    ]


HONEST: Rows = [[None, "Nom", "email"], [], [None, "Zoé", "z@x.fr", 1234.5], [None, None, "y@x.fr"]]
WRITERS: dict[str, Callable[[Path, Rows], Path]] = {
    "xls": xls, "xlsb": xlsb, "ods": lambda path, rows: ods(path, ods_rows(rows)),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRITERS)
def test_other_kinds_of_workbooks_are_read(tmp_path: Path, kind: str) -> None:
    file = WRITERS[kind](tmp_path / f"file.{kind}", HONEST)
    table = open_table(file, NAMES["client"], {})
    assert (table.name, table.about, table.columns) == ("A", 4, {"full_name": 1, "email": 2})
    assert list(table.rows()) == [(3, ["", "Zoé", "z@x.fr", "1234.5"]), (4, ["", "", "y@x.fr"])]


def test_formulas_that_have_failed_keep_their_error(tmp_path: Path) -> None:
    with Workbook(tmp_path / "file.xlsx") as book:
        for name in ("A", "B & <C>"):
            sheet = book.add_worksheet(name)
            sheet.write_row("B2", ["email", "due"])
            for number, error in enumerate(("#REF!", "#DIV/0!", "#N/A", "#NAME?", "#VALUE!"), 2):
                sheet.write_formula(number, 2, "=1/0", None, error)
    for name in ("A", "B & <C>"):
        assert [row[2:] for row in cells(tmp_path / "file.xlsx", name)] == [
            ["#REF!"], ["#DIV/0!"], ["#N/A"], ["#NAME?"], ["#VALUE!"],
        ]  # fmt: skip


@pytest.mark.parametrize("kind", WRITERS)
def test_a_formula_that_has_failed_is_never_an_empty_cell(tmp_path: Path, kind: str) -> None:
    rows = [["email", "due"], ["a@x.fr", ERROR]]
    with pytest.raises(CRMError) as refused:
        cells(WRITERS[kind](tmp_path / "file", rows))
    assert refused.value.code == "invalid_file"
    assert "#REF!" in refused.value.message
    assert ".xlsx" in (refused.value.hint or "")


def test_a_workbook_with_a_password_says_so(tmp_path: Path) -> None:
    old = b"\x09\x08\x10\0" + b"\0\6\5\0".ljust(16, b"\0") + b"\x2f\0\6\0\1\0\1\0\1\0"
    for content in (compound(b"\0" * 5000, name="EncryptedPackage"), compound(old)):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(CRMError) as refused:
            cells(tmp_path / "file")
        assert "password" in refused.value.message


def test_it_is_known_by_what_it_is_not_by_its_name(tmp_path: Path) -> None:
    file = workbook(tmp_path, Sheet("A", [["email"], ["a@x.fr"]])).rename(tmp_path / "clients.csv")
    assert cells(file) == [["a@x.fr"]]


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(b"PK\x03\x04 and no more")
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    empty = tmp_path / "empty.xls"
    empty.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    for file in (damaged, other, empty):
        with pytest.raises(CRMError) as refused:
            cells(file)
        assert refused.value.code == "invalid_file"
        assert ".xlsx" in (refused.value.hint or "")
