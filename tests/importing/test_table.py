"""Where the headings of somebody's file are, and which columns they mean."""

import re
from pathlib import Path

import pytest
from support.files import Sheet, workbook

from crm.domain.errors import UsageFault
from crm.importing.files import open_table
from crm.importing.nouns import NAMES
from crm.importing.table import Table

HEADINGS = "Nom complet;E-mail;Tél.;Société"


def table(path: Path, content: str, noun: str = "client", **mapping: str) -> Table:
    file = path / "file.csv"
    file.write_text(content, "utf-8")
    return open_table(file, NAMES[noun], mapping)


def rows(found: Table) -> list[dict[str, str]]:
    return [
        {name: cells[at] for name, at in found.columns.items()} for _number, cells in found.rows()
    ]


@pytest.mark.parametrize("noun", NAMES)
def test_names_of_columns_are_written_as_headings_are_compared(noun: str) -> None:
    for column, names in NAMES[noun].items():
        assert all(re.fullmatch("[a-z0-9]+( [a-z0-9]+)*", name) for name in names), column
        assert len(names) == len(set(names)), column


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        ("full_name,email,phone,company_name", "full_name email phone company_name"),
        ("NOM COMPLET,Courriel,N° de téléphone,Société *", "full_name email phone company_name"),
        (
            "Nom,Prénom,Adresse e-mail,Portable,Raison sociale",
            "full_name first_name email phone company_name",
        ),
        ("id,full_name,email,sales_contact_id,sales_contact", "- full_name email - sales_contact"),
        # The likelier name wins, whatever the order.
        ("Nom,Nom complet,Mobile,Tél.", "- full_name - phone"),
        ("Email,email", "email -"),
    ],
)  # fmt: skip
def test_headings_are_found_by_their_names(tmp_path: Path, headings: str, columns: str) -> None:
    found = table(tmp_path, headings + "\n")
    expected = {name: at for at, name in enumerate(columns.split()) if name != "-"}
    assert found.columns == expected
    unknown = [h for at, h in enumerate(headings.split(",")) if at not in expected.values()]
    assert found.unknown == unknown


def test_rows_above_the_headings_are_left_out(tmp_path: Path) -> None:
    found = table(tmp_path, f"Clients 2026;;;\n;;;\n{HEADINGS}\nJean;j@x.fr;06;X\n")
    assert (found.above, [number for number, _cells in found.rows()]) == (3, [4])


def test_a_heading_merged_over_two_rows_is_that_of_its_column(tmp_path: Path) -> None:
    found = table(tmp_path, "Société;Contact;;\n;Nom complet;E-mail;Tél.\nX;Jean;j@x.fr;06\n")
    assert rows(found) == [
        {"company_name": "X", "full_name": "Jean", "email": "j@x.fr", "phone": "06"}
    ]


def test_a_row_of_headings_may_end_early(tmp_path: Path) -> None:
    found = table(tmp_path, "Nom;E-mail;Contact;;Société\n;;Tél.\nJean;j@x.fr;06;;X\n")
    assert rows(found) == [
        {"full_name": "Jean", "email": "j@x.fr", "phone": "06", "company_name": "X"}
    ]


def test_what_is_called_alike_is_told_apart_by_what_is_merged_above(tmp_path: Path) -> None:
    content = "Événement;Début;;Fin;;Lieu\n;Date;Heure;Date;Heure;\nGala;1;2;3;4;Paris\n"
    found = table(tmp_path, content, "event")
    assert found.headings == (
        "Événement", "Début Date", "Début Heure", "Fin Date", "Fin Heure", "Lieu",
    )  # fmt: skip
    assert found.unknown == []
    # Below a title it is the first that counts.
    found = table(tmp_path, "Clients 2026;;;\nNom;E-mail;Tél.;Tél.\nJean;j@x.fr;06;07\n")
    assert rows(found) == [{"full_name": "Jean", "email": "j@x.fr", "phone": "06"}]


def test_blank_rows_and_headings_that_are_repeated_are_left_out(tmp_path: Path) -> None:
    found = table(tmp_path, f"{HEADINGS}\n;;;\n \t; ;\u00a0;\n{HEADINGS}\nJean;j@x.fr;06;X\n;;;\n")
    assert [number for number, _cells in found.rows()] == [5]


def test_a_column_is_named_by_hand(tmp_path: Path) -> None:
    content = "Qui;E-mail;Mobile;Tél.\nJean;j@x.fr;07;06\n"
    found = table(tmp_path, content, qui="full_name", MOBILE="phone")
    assert rows(found) == [{"full_name": "Jean", "email": "j@x.fr", "phone": "07"}]
    assert found.unknown == ["Tél."]


@pytest.mark.parametrize(
    ("mapping", "code"),
    [({"Qui": "nobody"}, "unknown_field"), ({"Quoi": "phone"}, "unknown_heading")],
)
def test_a_wrong_mapping_is_refused(tmp_path: Path, mapping: dict[str, str], code: str) -> None:
    with pytest.raises(UsageFault) as refused:
        table(tmp_path, "Qui;E-mail\n", **mapping)
    assert refused.value.code == code
    assert refused.value.hint


@pytest.mark.parametrize("content", ["", "\n\n", "a;b\n1;2\n", "Jean;06 12 34 56 78\n"])
def test_a_file_without_headings_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UsageFault) as refused:
        table(tmp_path, content)
    assert refused.value.code == "headings_not_found"
    assert "company_name" in (refused.value.hint or "")


def test_of_several_sheets_the_one_with_the_headings_is_read(tmp_path: Path) -> None:
    file = workbook(
        tmp_path,
        Sheet("Lisez-moi", [["Email de contact"], ["Ce classeur …"]]),
        Sheet("Clients", [["Nom", "E-mail"], ["Jean", "j@x.fr"]]),
    )
    found = open_table(file, NAMES["client"], {})
    assert (found.name, rows(found)) == ("Clients", [{"full_name": "Jean", "email": "j@x.fr"}])
