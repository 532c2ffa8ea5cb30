"""What machines read: exact, streamed, and read back as it was."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.listings import CONTRACT_FIELDS, CONTRACTS, Row
from support.screen import Screen

from crm.cli.output.export import Format, write_listing, write_record
from crm.domain.fields import Field, Kind
from crm.domain.formulas import guard, unguard

PARIS = ZoneInfo("Europe/Paris")
TEXT_FIELDS = (Field("id", Kind.ID), Field("full_name"), Field("notes", Kind.LONG_TEXT))
HOSTILE = ('[red]"O\'Brien"[/]', ":smile:\x1b[2J\u202e\x9b", "=1+1\t\\\r\nx, y")
TRICKY = st.text(st.sampled_from("'=+-@\t\r\n1a,;\"\\ ＝"))
ANY_TEXT = TRICKY | st.text(st.characters(exclude_categories=["Cs"]))


def written(
    format: Format,  # noqa: A002
    fields: Sequence[Field],
    rows: Sequence[Row],
) -> str:
    stream = io.StringIO()
    write_listing(format, fields, rows, stream, PARIS)
    return stream.getvalue()


def test_json() -> None:
    assert (
        written(
            "json",
            CONTRACT_FIELDS[:2] + CONTRACT_FIELDS[3:],
            [r[:2] + r[3:] for r in CONTRACTS[:2]],
        )
        == """\
[{"id": 904, "client": "Éléonore Lefèvre", "total_amount": "12400.00", "amount_due": "0.00", \
"signed_status": true, "status": "PAID", "sales_contact": "Yann O'Brien", \
"due_date": "2026-07-01", "created_at": "2026-06-04T13:00:00+02:00"},
 {"id": 903, "client": "Bob Marsh", "total_amount": "1204567.50", "amount_due": "204567.50", \
"signed_status": true, "status": "PARTLY_PAID", "sales_contact": "Bill Boquet", \
"due_date": null, "created_at": "2026-06-02T10:30:00+02:00"}]
"""
    )


def test_json_lines() -> None:
    assert written("jsonl", TEXT_FIELDS, [(1, "李小龍", None), (2, "b", "c")]) == (
        '{"id": 1, "full_name": "李小龍", "notes": null}\n'
        '{"id": 2, "full_name": "b", "notes": "c"}\n'
    )


def test_csv() -> None:
    assert written("csv", CONTRACT_FIELDS, CONTRACTS[1:]) == (
        "id,client,company_name,total_amount,amount_due,signed_status,status,sales_contact,"
        "due_date,created_at\n"
        "903,Bob Marsh,Wiśniewski & Fils,1204567.50,204567.50,true,PARTLY_PAID,Bill Boquet,,"
        "2026-06-02T10:30:00+02:00\n"
        "87,Kevin Casey,Cool Startup LLC,980.00,980.00,true,SIGNED,Dawn Dwyer,2026-06-30,"
        "2026-01-15T10:00:00+01:00\n"
        "3,李小龍,龍門,5000.00,5000.00,false,DRAFT,Yann O'Brien,,2025-10-26T02:30:00+02:00\n"
    )


def test_tsv() -> None:
    assert written("tsv", TEXT_FIELDS, [(1, "a\tb\\", "one\r\ntwo"), (2, "=1+1", None)]) == (
        "id\tfull_name\tnotes\n1\ta\\tb\\\\\tone\\r\\ntwo\n2\t'=1+1\t\n"
    )


def test_ids() -> None:
    assert written("ids", CONTRACT_FIELDS, CONTRACTS) == "904\n903\n87\n3\n"


@pytest.mark.parametrize(
    ("format", "empty"),
    [("json", "[]\n"), ("jsonl", ""), ("csv", "id,full_name,notes\n"), ("ids", "")],
)
def test_nothing_is_empty_but_valid(format: Format, empty: str) -> None:  # noqa: A002
    assert written(format, TEXT_FIELDS, []) == empty


def test_one_record_is_one_object() -> None:
    stream = io.StringIO()
    write_record(TEXT_FIELDS, (1, "é", None), stream, PARIS)
    assert stream.getvalue() == '{"id": 1, "full_name": "é", "notes": null}\n'


def test_json_sends_no_control_and_loses_none() -> None:
    out = written("jsonl", TEXT_FIELDS, [(1, HOSTILE[0], "".join(HOSTILE))])
    assert not set(out) & {"\x1b", "\u202e", "\x9b"}
    assert json.loads(out)["notes"] == "".join(HOSTILE)


def test_json_is_valid_on_an_ascii_stream() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="backslashreplace")
    write_listing("json", TEXT_FIELDS, [(1, "Éléonore 😀", "東")], stream, PARIS)
    stream.flush()
    assert json.loads(raw.getvalue()) == [{"id": 1, "full_name": "Éléonore 😀", "notes": "東"}]


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "jsonl"])
def test_no_format_sends_controls_to_a_terminal(format: Format) -> None:  # noqa: A002
    with Screen() as screen:
        write_listing(format, TEXT_FIELDS, [(1, HOSTILE[1], HOSTILE[1])], screen.stream, PARIS)
        assert not set(screen.text) & {"\x1b", "\u202e", "\x9b"}
        assert "[2J" in screen.text


def test_csv_is_exact_in_a_pipe() -> None:
    out = written("csv", TEXT_FIELDS, [(1, *HOSTILE[:2])])
    assert out == 'id,full_name,notes\n1,"[red]""O\'Brien""[/]",:smile:\x1b[2J\u202e\x9b\n'


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("＝1+1", "'＝1+1"),
        ("'=1+1", "''=1+1"),
        ("''@x", "'''@x"),
        ("-", "'-"),
        ("-12.50", "-12.50"),
        ("+33612345678", "+33612345678"),
        ("+33 6 12 34 56 78", "+33 6 12 34 56 78"),
        ("O'Brien", "O'Brien"),
        ("'quoted'", "'quoted'"),
        ("'", "'"),
        ("", ""),
    ],
)
def test_a_formula_is_guarded_and_a_number_is_not(value: str, cell: str) -> None:
    assert guard(value) == cell
    assert unguard(cell) == value


@given(ANY_TEXT)
def test_what_was_guarded_is_read_back_exactly(value: str) -> None:
    assert unguard(guard(value)) == value


@given(ANY_TEXT)
def test_no_formula_reaches_a_spreadsheet(value: str) -> None:
    cell = guard(value)
    assert not cell.startswith(("=", "@", "\t", "\r"))
    if cell.startswith(("+", "-")):
        assert set(cell[1:]) <= set("0123456789 .,")


@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT | st.none()), max_size=5))
def test_csv_is_read_back_unchanged(rows: list[tuple[str, str | None]]) -> None:
    out = written("csv", TEXT_FIELDS[1:], rows)
    read = list(csv.reader(io.StringIO(out, newline=""), strict=True))[1:]
    assert [[unguard(cell) for cell in row] for row in read] == [
        [name, notes or ""] for name, notes in rows
    ]


def test_a_column_of_nothing_keeps_its_lines() -> None:
    out = written("csv", [Field("notes")], [(None,), ("a",)])
    assert list(csv.DictReader(io.StringIO(out))) == [{"notes": ""}, {"notes": "a"}]


@given(st.lists(ANY_TEXT, min_size=1, max_size=5))
def test_tsv_is_one_record_a_line_and_read_back(names: list[str]) -> None:
    lines = written("tsv", TEXT_FIELDS[:2], list(enumerate(names))).split("\n")
    assert (len(lines), lines[-1]) == (len(names) + 2, "")
    cells = [line.split("\t")[1] for line in lines[1:-1]]
    escapes = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}
    assert [unguard(_unescaped(cell, escapes)) for cell in cells] == names


def _unescaped(cell: str, escapes: dict[str, str]) -> str:
    read, at = "", 0
    while at < len(cell):
        pair = cell[at : at + 2]
        read += escapes.get(pair, cell[at])
        at += 2 if pair in escapes else 1
    return read


@pytest.mark.parametrize("format", ["json", "jsonl", "csv", "tsv", "ids"])
def test_rows_are_written_as_they_come(format: Format) -> None:  # noqa: A002
    stream = io.StringIO()
    seen: list[int] = []

    def rows() -> Iterator[Row]:
        for number in range(3):
            seen.append(stream.getvalue().count("\n"))
            yield (number, "name", None)

    write_listing(format, TEXT_FIELDS, rows(), stream, PARIS)
    assert seen[2] > seen[0]


def test_an_endless_listing_takes_no_memory() -> None:
    with open("/dev/null", "w") as nothing:  # noqa: PTH123  (a device, not a path of ours)
        tracemalloc.start()
        rows = ((number, "x" * 100, None) for number in range(50_000))
        write_listing("csv", TEXT_FIELDS, rows, nothing, PARIS)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 1_000_000
