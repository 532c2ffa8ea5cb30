"""CSV in its dialects, and the TSV that this program writes."""

from pathlib import Path

import pytest

from crm.domain.errors import CRMError
from crm.importing.files import open_table
from crm.importing.nouns import NAMES
from crm.importing.table import Row

ROWS = [["Élan & Co", "a@x.fr"], ['5" of; rain, and\ttabs', "b@x.fr"], ["two\nlines", "c@x.fr"]]


def read(path: Path, encoding: str | None = None) -> list[Row]:
    table = open_table(path, NAMES["client"], {}, encoding=encoding)
    return list(table.rows())


def quoted(delimiter: str, end: str = "\r\n") -> str:
    lines = [["Société", "email"], *ROWS]
    return "".join(
        delimiter.join('"' + cell.replace('"', '""') + '"' for cell in line) + end for line in lines
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_delimiter_and_the_byte_order_mark_are_noticed(
    tmp_path: Path, delimiter: str, end: str, encoding: str
) -> None:
    file = tmp_path / "clients.csv"
    file.write_bytes(quoted(delimiter, end).encode(encoding))
    assert [cells for _number, cells in read(file)] == ROWS


def test_a_decimal_comma_is_no_delimiter(tmp_path: Path) -> None:
    file = tmp_path / "contracts.csv"
    file.write_text("Montant, en euros;email\n1 234,56;a@x.fr\n", "utf-8")
    table = open_table(file, NAMES["contract"], {"Montant, en euros": "total_amount"})
    assert [cells for _number, cells in table.rows()] == [["1 234,56", "a@x.fr"]]


def test_another_encoding_is_read_when_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_bytes("Société;email\nŒuvres & Fêtes;a@x.fr\n".encode("windows-1252"))
    with pytest.raises(CRMError) as refused:
        read(file)
    assert refused.value.code == "invalid_encoding"
    assert "--encoding windows-1252" in (refused.value.hint or "")
    assert read(file, "windows-1252") == [(2, ["Œuvres & Fêtes", "a@x.fr"])]


@pytest.mark.parametrize("name", ["klingon", "zlib", "hex", "utf-8\0", ""])
def test_an_unknown_encoding_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("email\n", "utf-8")
    if name:
        with pytest.raises(CRMError) as refused:
            read(file, name)
        assert refused.value.code == "unknown_encoding"
    else:
        assert read(file, name) == []


def test_a_byte_that_is_no_text_far_down_is_refused_too(tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_bytes(b"email\n" + b"a@x.fr\n" * 50_000 + b"\xff\n")
    with pytest.raises(CRMError) as refused:
        read(file)
    assert refused.value.code == "invalid_encoding"


def test_a_quote_that_is_never_closed_is_said_where_it_is(tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text('email,Nom\na@x.fr,Jean\nb@x.fr,"Marie\n' + "c@x.fr,x\n" * 20_000, "utf-8")
    with pytest.raises(CRMError) as refused:
        read(file)
    assert refused.value.code == "invalid_file"
    assert "row 2" in refused.value.message


def test_guarded_cells_are_given_back(tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("Nom,email\n'=1+1,a@x.fr\n''=x,b@x.fr\n't Hooft,c@x.fr\n", "utf-8")
    assert [cells[0] for _number, cells in read(file)] == ["=1+1", "'=x", "'t Hooft"]


def test_tsv_is_read_as_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "clients.tsv"
    file.write_text("Nom\temail\n\"a\\tb\\n\\\\c\\x\ta@x.fr\r\n'=1\tb@x.fr\n", "utf-8")
    assert [cells for _number, cells in read(file)] == [
        ['"a\tb\n\\c\\x', "a@x.fr"],
        ["=1", "b@x.fr"],
    ]
