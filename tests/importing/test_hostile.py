"""Files that are made to cost memory or time, or to read what is not theirs.

Each is read as an import reads it, to the last row, in a process whose memory and time are
measured together with those of the processes that it starts.
"""

import gzip
import io
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from support.cli import REPOSITORY
from support.spreadsheets import compound, ods, packed, sheet_xml, xls, xlsb, xlsx

from crm.importing.workbook.kinds import open_details
from crm.importing.workbook.protocol import Failed, Failure

pytestmark = pytest.mark.proof

MOST_MEMORY = 300  # MB
MOST_TIME = 10  # seconds of the processor: a busy machine takes longer, and is not the file's fault

READ = """
import json, resource, sys
from pathlib import Path
from crm.domain.errors import CRMError
from crm.importing.bounds import USUAL
from crm.importing.files import open_table
from crm.importing.nouns import NAMES

found = {}
try:
    bounds = None if sys.argv[2:] else USUAL
    table = open_table(Path(sys.argv[1]), NAMES["client"], {}, bounds=bounds)
    found |= {"rows": 0, "text": []}
    for _number, cells in table.rows():
        found["rows"] += 1
        if found["rows"] <= 3:
            found["text"].append(cells)
except CRMError as error:
    found |= {"code": error.code, "message": error.message, "hint": error.hint}
except OSError as error:
    hint = "the command line says it"
    found |= {"code": "os_error", "message": str(error), "hint": hint}
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
# Not its own ru_maxrss: that begins with what the process had that started this one.
status = Path("/proc/self/status").read_text().splitlines()
own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
found["memory"] = max(own, used[1].ru_maxrss) / 1024
found["time"] = sum(each.ru_utime + each.ru_stime for each in used)
print(json.dumps(found))
"""


class Found(NamedTuple):
    """What came of reading a file: a number of rows, or the code and sentence of a refusal."""

    rows: int | None
    text: list[list[str]]
    code: str | None
    message: str


def read(path: Path, *force: str) -> Found:
    """Read a file within the memory and the time that any file may take."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path), *force],
        capture_output=True, timeout=240, cwd=REPOSITORY, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr.decode()[-2000:]
    found = json.loads(done.stdout)
    assert found["memory"] < MOST_MEMORY, found
    assert found["time"] < MOST_TIME, found
    if "code" in found:
        assert found["message"]
        assert found["hint"]
    return Found(
        found.get("rows"), found.get("text", []), found.get("code"), found.get("message", "")
    )


def refused(path: Path, *codes: str) -> str:
    """Read a file that is refused with one of these codes, and return the sentence."""
    found = read(path)
    assert found.code in codes, found
    return found.message


# Archives


def bomb(path: Path, name: str, piece: bytes, times: int, before: str, after: str) -> Path:
    """Write an archive with one part that is a piece over and over, without holding it."""
    xlsx(path, sheet_xml(""))
    with ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist() if each != name}
    packed(path, parts)
    with (
        ZipFile(path, "a", ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as to,
    ):
        to.write(before.encode())
        for _time in range(times):
            to.write(piece)
        to.write(after.encode())
    return path


SHEET = "xl/worksheets/sheet1.xml"
BEFORE, AFTER = sheet_xml("|").split("|")


def test_a_small_workbook_that_is_huge_when_it_is_unpacked(tmp_path: Path) -> None:
    file = bomb(tmp_path / "a.xlsx", SHEET, b" " * (1 << 20), 300, BEFORE, AFTER)
    assert file.stat().st_size < 2 << 20
    refused(file, "file_too_large")


def test_an_archive_is_judged_before_it_is_unpacked(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.xlsx", {"x": b" " * (17 << 20), "y": os.urandom(1000)})
    for most, failed in ((1 << 20, True), (20 << 20, True), (None, False)):
        with file.open("rb") as content:
            if failed:
                with pytest.raises(Failed) as refused:
                    open_details(content, most)
                assert refused.value.args == (Failure.TOO_LARGE,)
            else:
                open_details(content, most)


def test_a_workbook_that_lies_about_its_unpacked_size(tmp_path: Path) -> None:
    row = b'<row><c t="inlineStr"><is><t>' + b"x" * 1000 + b"</t></is></c></row>"
    file = bomb(tmp_path / "a.xlsx", SHEET, row * 1000, 290, BEFORE, AFTER)
    with ZipFile(file) as archive:
        about = archive.getinfo(SHEET)
    size = about.file_size.to_bytes(4, "little")
    content = file.read_bytes()
    assert size in content
    file.write_bytes(content.replace(size, (4096).to_bytes(4, "little")))
    refused(file, "file_too_large", "invalid_file")


def test_archives_in_archives(tmp_path: Path) -> None:
    inner = b"x" * 1000
    for _level in range(20):
        buffer = io.BytesIO()
        with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"{number}.zip", inner)
        inner = buffer.getvalue()[: 4 << 20]
    refused(packed(tmp_path / "a.xlsx", {"content.xml": inner}), "invalid_file")


def test_an_archive_that_lists_many_parts(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.xlsx", {"x": ""})
    content = file.read_bytes()
    start, end = content.index(b"PK\x01\x02"), content.rindex(b"PK\x05\x06")
    listed = content[start:end] * 100_000
    record = content[end : end + 12] + len(listed).to_bytes(4, "little") + content[end + 16 :]
    file.write_bytes(content[:start] + listed + record)
    refused(file, "invalid_file", "file_too_large")


def test_many_sheets(tmp_path: Path) -> None:
    count = 5000
    xlsx(tmp_path / "a.xlsx", sheet_xml(""))
    with ZipFile(tmp_path / "a.xlsx") as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheets = "".join(
        f'<sheet name="S{number}" sheetId="{number + 1}" r:id="rId1"/>' for number in range(count)
    )
    old = parts["xl/workbook.xml"]
    parts["xl/workbook.xml"] = old[: old.index("<sheet ")] + sheets + "</sheets></workbook>"
    parts[SHEET] = sheet_xml("<row><c><v>1</v></c></row>" * 500)
    refused(packed(tmp_path / "b.xlsx", parts), "file_too_large")


# Sheets


def test_a_long_text_that_a_million_cells_share(tmp_path: Path) -> None:
    strings = f'<sst xmlns="x" count="1" uniqueCount="1"><si><t>{"x" * 30_000}</t></si></sst>'
    row = b'<row><c t="s"><v>0</v></c></row>'
    file = bomb(tmp_path / "a.xlsx", SHEET, row * 1000, 1000, BEFORE, AFTER)
    with ZipFile(file, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", strings)
    refused(file, "file_too_large")


def test_shared_texts_that_say_there_are_four_billion(tmp_path: Path) -> None:
    strings = '<sst xmlns="x" count="4294967295" uniqueCount="4294967295"><si><t>a</t></si></sst>'
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c></row>'
    found = read(xlsx(tmp_path / "a.xlsx", sheet_xml(row), strings))
    assert found.rows == 0 or found.code in {"file_too_large", "invalid_file"}


def test_ten_million_empty_rows(tmp_path: Path) -> None:
    first = '<row><c t="inlineStr"><is><t>email</t></is></c></row>'
    rows = bomb(tmp_path / "a.xlsx", SHEET, b"<row/>" * 10_000, 1000, BEFORE + first, AFTER)
    found = read(rows)
    assert found.rows == 0 or found.code == "file_too_large"


def test_a_sheet_that_is_said_to_be_as_large_as_can_be(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for n, text in enumerate(["email", "a@x.fr"], 1)
    )
    for said in ("A1:XFD1048576", "A1:A1", "XFD1048576", "ZZZZZZ99999999:A1", ""):
        file = xlsx(tmp_path / "a.xlsx", sheet_xml(rows, f'<dimension ref="{said}"/>'))
        found = read(file)
        assert (found.text == [["a@x.fr"]]) or found.code == "invalid_file", said


@pytest.mark.parametrize(
    "far", ["XFD1048576", "A1048576", "XFD1", "A4294967295", "ZZZZZZZ1", "A0", ""]
)
def test_two_cells_far_from_each_other(tmp_path: Path, far: str) -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c></row>'
        f'<row r="2"><c r="{far}"><v>1</v></c></row>'
    )
    found = read(xlsx(tmp_path / "a.xlsx", sheet_xml(rows)))
    assert found.rows in {0, 1} or found.code in {"file_too_large", "invalid_file"}


@pytest.mark.parametrize("value", ["", ' office:value-type="float" office:value="1"'])
def test_a_cell_of_libreoffice_that_is_repeated_over_a_whole_sheet(
    tmp_path: Path, value: str
) -> None:
    rows = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>email</text:p>'
        "</table:table-cell></table:table-row>"
        '<table:table-row table:number-rows-repeated="1048575">'
        f'<table:table-cell table:number-columns-repeated="16384"{value}/></table:table-row>'
    )
    found = read(ods(tmp_path / "a.ods", rows))
    assert found.rows == 0 if not value else found.code in {"file_too_large", "invalid_file"}


def test_cells_of_binary_workbooks_far_from_each_other(tmp_path: Path) -> None:
    far: list[list[str | float | None]] = [["email"], *[[]] * 65_534, [*[None] * 255, 1.0]]
    for write, name in ((xls, "a.xls"), (xlsb, "a.xlsb")):
        found = read(write(tmp_path / name, far))
        assert found.rows == 1 or found.code == "file_too_large"


@pytest.mark.parametrize(("tables", "extra"), [(0xFFFFFFFF, 0), (None, 0xFFFFFFFF), (1, 1)])
def test_an_old_workbook_that_is_said_to_have_billions_of_sectors(
    tmp_path: Path, tables: int | None, extra: int
) -> None:
    file = tmp_path / "a.xls"
    file.write_bytes(compound(b"\x09\x08\x10\x00" * 2000, tables, extra))
    refused(file, "file_too_large", "invalid_file", "headings_not_found")


def test_elements_within_elements(tmp_path: Path) -> None:
    nested = bomb(tmp_path / "a.xlsx", SHEET, b"<a>" * 10_000, 1000, BEFORE, AFTER)
    found = read(nested)
    assert found.code in {"file_too_large", "invalid_file", "headings_not_found"}


ENTITIES = (
    '<!DOCTYPE a [<!ENTITY a "{a}"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">'
    '<!ENTITY x SYSTEM "file://{secret}">]>'
)


@pytest.mark.parametrize("name", ["x", "d", "a"])
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_entities_are_neither_fetched_nor_multiplied(tmp_path: Path, kind: str, name: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden", "utf-8")
    entities = ENTITIES.format(a="a" * 1000, secret=secret)
    if kind == "xlsx":
        rows = "".join(
            f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>'
            for text in ("email", f"&{name};", "last@x.fr")
        )
        errors = '<row><c t="e"><v>#REF!</v></c></row>'  # read by a parser of its own
        file = xlsx(tmp_path / "a.xlsx", entities + sheet_xml(rows + errors))
    else:
        file = ods(
            tmp_path / "a.ods",
            "".join(
                '<table:table-row><table:table-cell office:value-type="string">'
                f"<text:p>{text}</text:p></table:table-cell></table:table-row>"
                for text in ("email", f"&{name};", "last@x.fr")
            ),
        )
    found = read(file)
    assert "hidden" not in str(found)
    assert found.code in {"invalid_file", "file_too_large"} or max(map(len, found.text[0])) < 5000


# JSON


@pytest.mark.parametrize("start", ["[" * 10_000_000, '{"email":' * 100_000, '[{"email":' * 500])
def test_deep_json(tmp_path: Path, start: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(start, "utf-8")
    refused(file, "invalid_file")


def test_json_as_deep_as_it_can_be_read(tmp_path: Path) -> None:
    for depth in (100, 900, 980, 1100):
        file = tmp_path / "a.json"
        file.write_text('{"email": "a@x.fr", "x": ' + "[" * depth + "]" * depth + "}", "utf-8")
        found = read(file)
        assert found.rows == 1 or found.code == "invalid_file"


def test_a_text_that_never_ends(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('[{"email": "' + "\U0001f600" * 25_000_000, "utf-8")
    refused(file, "invalid_file")


def test_a_million_keys(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(f'{{"email": "a@x.fr", "k{n}": 1}}\n' for n in range(1_000_000))
    assert "keys" in refused(file, "file_too_large")


def test_millions_of_records_that_say_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"email": ""}\n' + "{}\n" * 1_100_000, "utf-8")
    assert "1048576 rows" in refused(file, "file_too_large")


# Text


def test_a_heading_of_a_hundred_thousand_columns(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Nom;E-mail;" + "a;" * 130_000 + "\nJean;j@x.fr\n", "utf-8")
    assert "130002 columns" in refused(file, "file_too_large")
    assert read(file, "--force").rows == 1


def test_millions_of_columns(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("email" + "," * 20_000_000 + "\n", "utf-8")
    refused(file, "invalid_file")


def test_separators_of_columns_in_which_there_is_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"email{',' * 16_384}\na@x.fr{',' * 16_384}\n" * 2, "utf-8")
    assert read(file).rows == 2


def test_one_enormous_line(tmp_path: Path) -> None:
    for text in ("\U0001f600", "a@x.fr;", '"'):
        file = tmp_path / "a.csv"
        file.write_text("email\n" + text * (100_000_000 // len(text.encode())), "utf-8")
        refused(file, "invalid_file", "file_too_large")


def test_a_row_of_a_hundred_megabytes_over_many_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("email\n" + '"a\n",' * 2_000_000, "utf-8")
    refused(file, "invalid_file", "file_too_large")


def test_a_quotation_mark_that_swallows_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('email;Nom\na@x.fr;"Jean\n' + "b@x.fr;Paul\n" * 500_000, "utf-8")
    assert "row 1" in refused(file, "invalid_file")


def test_ten_million_empty_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("email" + "\n" * 10_000_000, "utf-8")
    refused(file, "file_too_large")


def test_a_file_of_several_encodings(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    lines = [b"email;Nom\n", "a@x.fr;Zoé\n".encode(), "b@x.fr;Zoé\n".encode("cp1252")]
    file.write_bytes(b"".join(lines) + "c@x.fr;Zoé\n".encode("utf-16"))
    refused(file, "invalid_encoding", "invalid_file")


def test_nothing_but_nul(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    with file.open("wb") as hole:
        hole.truncate(100_000_000)
    refused(file, "invalid_file", "headings_not_found")


@pytest.mark.parametrize(
    "start",
    [b"%PDF-1.7\n", b"\x89PNG\r\n", b"<html><table><tr><td>email", b"<?xml version='1.0'?>"],
)
def test_what_is_no_table_is_named(tmp_path: Path, start: bytes) -> None:
    file = tmp_path / "a.xls"
    file.write_bytes(start)
    assert "not a table" in refused(file, "invalid_file")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"email\na@x.fr\n"))
    assert "gzip" in refused(tmp_path / "a.csv.gz", "invalid_file")


def test_a_file_that_is_too_long(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    with file.open("wb") as long:
        long.write(b"email\n")
        long.truncate(40 << 30)  # a hole: it takes no room
    assert "40960 MB" in refused(file, "file_too_large")


# What is no file, or does not stay as it is


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "zero").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        for name in ("fifo", "folder", "zero", "socket"):
            assert "regular file" in refused(tmp_path / name, "not_a_file")
    for device in ("/dev/zero", "/dev/full", "/dev/tty", "/dev/stdin"):
        refused(Path(device), "not_a_file", "os_error")


def test_links_are_followed_as_far_as_they_lead(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("email\na@x.fr\n", "utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    assert read(tmp_path / "link.csv").rows == 1
    refused(tmp_path / "loop", "os_error")
    refused(tmp_path / "dangling", "file_not_found")


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[Path]:
    """Yield a file to which lines are added all the time."""
    file = tmp_path / "a.csv"
    file.write_text("email\n" + "a@x.fr\n" * 10_000, "utf-8")
    ended = threading.Event()

    def grow() -> None:
        with file.open("a", encoding="utf-8") as lines:
            while not ended.wait(0.001):
                lines.write("b@x.fr\n" * 10)
                lines.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    yield file
    ended.set()
    writer.join()


def test_a_file_that_grows(growing: Path) -> None:
    assert "changed while it was read" in refused(growing, "file_changed")
