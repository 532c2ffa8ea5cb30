"""JSON arrays and JSON lines, read one record at a time."""

import json
from pathlib import Path
from typing import Any

import pytest

from crm.domain.errors import CRMError
from crm.importing.files import open_table
from crm.importing.nouns import NAMES
from crm.importing.table import Row

RECORDS: list[dict[str, Any]] = [
    {"email": "a@x.fr", "total_amount": "1234.50"},
    {"email": "b@x.fr", "total_amount": 10.005, "signed_status": True},
    {"email": "c@x.fr", "total_amount": None, "signed_status": False, "autre": {"x": [1]}},
]
CELLS = [
    (1, ["a@x.fr", "1234.50", "", ""]),
    (2, ["b@x.fr", "10.005", "true", ""]),
    (3, ["c@x.fr", "", "false", '{"x": ["1"]}']),
]


def read(path: Path, text: str) -> list[Row]:
    file = path / "contracts.json"
    file.write_text(text, "utf-8")
    return list(open_table(file, NAMES["contract"], {}).rows())


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        "\ufeff" + json.dumps(RECORDS, indent=2),
        "".join(json.dumps(record) + "\n" for record in RECORDS),
        "\n".join(json.dumps(record, indent=1) for record in RECORDS),
        "[" + ",\n ".join(map(json.dumps, RECORDS)) + "]\n",
    ],
    ids=["array", "indented", "lines", "indented lines", "ours"],
)
def test_every_key_of_any_record_is_a_column(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == CELLS


def test_records_are_found_across_the_pieces_that_are_read(tmp_path: Path) -> None:
    records = [{"email": f"{'é' * (n % 700)}{n}@x.fr", "note": "x" * n} for n in range(900)]
    records.append({"email": "last@x.fr", "note": "y" * 300_000})
    for text in (json.dumps(records), "".join(json.dumps(each) + "\n" for each in records)):
        assert [cells for _number, cells in read(tmp_path, text)] == [
            list(each.values()) for each in records
        ]


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ('[{"email": "a@x.fr"}, 5]', 2),
        ('[{"email": "a@x.fr"}', 2),
        ('[{"email": "a@x.fr"} {"email"', 2),
        ('{"email": "a@x.fr"}\nrubbish\n', 2),
        ('{"email": ' + "[" * 100_000, 1),
        ('[["email"]]', 1),
    ],
)
def test_what_is_no_record_is_refused_by_its_number(tmp_path: Path, text: str, record: int) -> None:
    with pytest.raises(CRMError) as refused:
        read(tmp_path, text)
    assert refused.value.code == "invalid_file"
    assert f"Record {record} " in refused.value.message


def test_an_empty_array_has_no_headings(tmp_path: Path) -> None:
    with pytest.raises(CRMError) as refused:
        read(tmp_path, "[]")
    assert refused.value.code == "headings_not_found"
