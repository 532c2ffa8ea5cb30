"""Workbooks: typed cells as the texts that people would have typed."""

import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook
from support.files import Sheet, workbook

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
    book = Workbook()
    book.active.append(["email", "start"])
    book.active.append(["a@x.fr", datetime.fromisoformat("2026-06-04")])
    book.active["B2"].number_format = "DD/MM/YYYY"
    book.save(tmp_path / "file.xlsx")
    assert cells(tmp_path / "file.xlsx") == [["a@x.fr", "2026-06-04"]]


def test_merged_cells_and_gaps_keep_their_place(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet["B2"] = "Clients 2026"
    sheet.merge_cells("B2:D2")
    sheet["B4"], sheet["C4"], sheet["D4"] = "Nom", "E-mail", "Tél."
    sheet["B7"], sheet["C7"] = "Jean", "j@x.fr"
    book.save(tmp_path / "file.xlsx")
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


def test_it_is_known_by_what_it_is_not_by_its_name(tmp_path: Path) -> None:
    file = workbook(tmp_path, Sheet("A", [["email"], ["a@x.fr"]])).rename(tmp_path / "clients.csv")
    assert cells(file) == [["a@x.fr"]]


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(b"PK\x03\x04 and no more")
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    old = tmp_path / "old.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    for file in (damaged, other, old):
        with pytest.raises(CRMError) as refused:
            cells(file)
        assert refused.value.code == "invalid_file"
        assert ".xlsx" in (refused.value.hint or "")
