"""Listings into files, workbooks and pipes, all of them and whole."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from python_calamine import load_workbook
from support.cli import REPOSITORY, Workstation

LISTINGS = ("client list", "contract list", "event list", "user list", "contract payments 3")


@pytest.mark.parametrize("listing", LISTINGS)
@pytest.mark.parametrize("zone", ["Europe/Paris", "Asia/Kolkata"])
def test_all_of_it_is_the_pages_to_the_letter(
    sales: Workstation, owner: Connection, listing: str, zone: str
) -> None:
    sales.environ["EPICEVENTS_TIMEZONE"] = zone
    owner.cursor().execute(
        "UPDATE clients SET full_name = '=1+1', company_name = 'a,\"b\\c' WHERE id = 2;"
        "UPDATE events SET notes = E'one\\ntwo\\t\\\\N', client_contact = E'\\'=x' WHERE id = 2;"
        "UPDATE events SET start_date = '1905-06-01 10:20:30' WHERE id = 3"
    )
    page = sales.run(*listing.split(), "-o", "csv", "--limit", "1000").done()
    assert sales.run(*listing.split(), "-o", "csv", "--all").done().out == page.out
    assert page.out.count("\n") > 2 or "payments" in listing


@pytest.mark.parametrize("options", [["--mine"], ["-S", "kevin"], ["--sort=-email"]])
def test_filters_and_orders_hold_for_all_of_it(sales: Workstation, options: list[str]) -> None:
    fields = ["--fields", "email,id"]
    page = sales.run("client", "list", *options, *fields, "-o", "csv").done()
    assert sales.run("client", "list", *options, *fields, "-o", "csv", "--all").out == page.out


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "jsonl", "ndjson", "CSV"])
@pytest.mark.parametrize("every", [[], ["--all"]])
def test_a_file_holds_what_stdout_would(
    sales: Workstation, tmp_path: Path, ending: str, every: list[str]
) -> None:
    file = tmp_path / f"clients.{ending}"
    ran = sales.run("client", "list", "--output-file", str(file), *every).done()
    assert (ran.out, f"3 records written to {file}." in ran.err) == ("", True)
    format_ = {"ndjson": "jsonl", "CSV": "csv"}.get(ending, ending)
    assert file.read_text("utf-8") == sales.run("client", "list", "-o", format_).out
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [file.name]


def test_the_format_may_be_named(sales: Workstation, tmp_path: Path) -> None:
    file = tmp_path / "ids"
    sales.run("client", "list", "--output-file", str(file), "-o", "ids").done()
    assert file.read_text("utf-8") == "3\n2\n1\n"
    for wrong in ([], ["-o", "table"]):
        ran = sales.run("client", "list", "--output-file", str(file), *wrong)
        assert (ran.status, "Hint" in ran.err) == (2, True)


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "jsonl", "ndjson", "xlsx", "ics", "XLSX"])
def test_a_name_and_a_format_that_contradict_each_other_are_refused(
    sales: Workstation, tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"events.{ending}"
    named = {"ndjson": "jsonl", "XLSX": "xlsx"}.get(ending, ending)
    for output in ("csv", "tsv", "json", "jsonl", "ids", "xlsx", "ics"):
        ran = sales.run("event", "list", "--output-file", str(file), "-o", output)
        assert (ran.status, file.exists()) == ((0, True) if output == named else (2, False))
        file.unlink(missing_ok=True)
    ran = sales.run("event", "list", "--output-file", str(file), "-o", "ids")
    assert f"The name {file.name} means {named}, but --output asks for ids." in ran.err
    held = sales.run("client", "privacy-export", "1", "--output-file", str(file))
    assert (held.status, file.exists()) == ((0, True) if named == "json" else (2, False))


def test_a_file_that_is_cut_says_so(sales: Workstation, tmp_path: Path) -> None:
    ran = sales.run("client", "list", "-L", "1", "--output-file", str(tmp_path / "a.csv")).done()
    assert "1 record written to" in ran.err
    assert "1 of 3 shown" in ran.err
    assert "--all" in ran.err


def test_a_workbook_is_written(sales: Workstation, tmp_path: Path) -> None:
    file = tmp_path / "contracts.xlsx"
    sales.run("contract", "list", "--all", "--sort", "id", "--output-file", str(file)).done()
    header, *rows = load_workbook(file).get_sheet_by_index(0).to_python()
    first = dict(zip(header, rows[0], strict=True))
    assert len(rows) == 5
    assert (first["id"], first["total_amount"], first["signed_status"]) == (1, 1000, False)


def test_a_workbook_goes_into_a_pipe_and_not_to_a_terminal(
    sales: Workstation, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "crm", "client", "list", "-o", "xlsx"]
    environ = {"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY), **sales.environ}
    file = tmp_path / "piped.xlsx"
    file.write_bytes(subprocess.check_output(command, env=environ, cwd=tmp_path, timeout=60))
    assert load_workbook(file).get_sheet_by_index(0).height == 4
    assert "--output-file" in sales.look("client", "list", "-o", "xlsx")


def test_a_failure_leaves_the_old_file_as_it_was(sales: Workstation, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("old", "utf-8")
    sales.environ["EPICEVENTS_TOKEN_FILE"] = str(tmp_path / "none")
    assert sales.run("client", "list", "--output-file", str(file)).status == 4
    assert file.read_text("utf-8") == "old"


def test_it_is_read_by_its_owner_only(sales: Workstation, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    sales.run("client", "list", "--output-file", str(file)).done()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_one_and_a_device_what_it_is(sales: Workstation, tmp_path: Path) -> None:
    link, target = tmp_path / "link.csv", tmp_path / "target.csv"
    link.symlink_to(target)
    sales.run("client", "list", "--output-file", str(link)).done()
    assert link.is_symlink()
    assert target.is_file()
    fifo = tmp_path / "fifo.csv"
    os.mkfifo(fifo)
    assert sales.run("client", "list", "--output-file", str(fifo)).status == 2
    assert fifo.is_fifo()
    assert sales.run("client", "list", "--output-file", str(tmp_path)).status == 2
    ran = sales.run("client", "list", "--output-file", str(tmp_path / "no" / "x.csv"))
    assert (ran.status, f"{tmp_path / 'no'} does not exist.\n" in ran.err) == (2, True)


def test_a_reader_that_has_seen_enough_ends_it_quietly(
    sales: Workstation, owner: Connection
) -> None:
    owner.cursor().execute(
        "ALTER TABLE clients DISABLE TRIGGER USER;"
        "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " SELECT 'Client ' || n, n || '@x.example', '+33612345678', 'X', 3"
        " FROM generate_series(1, 20000) n; ALTER TABLE clients ENABLE TRIGGER USER"
    )
    environ = {"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY), **sales.environ}
    for format_ in ("csv", "jsonl"):
        program = f"{sys.executable} -m crm client list --all -o {format_}"
        done = subprocess.run(
            ["/bin/bash", "-c", f"set -o pipefail; {program} | head -n 2"],
            env=environ, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 2)


def test_hostile_values_are_exact_in_every_format(
    sales: Workstation, owner: Connection, tmp_path: Path
) -> None:
    name = '[red]%s {x} \'=\\n "q", é\u200dx'
    owner.cursor().execute("UPDATE clients SET full_name = %s WHERE id = 2", (name,))
    options = ("--all", "--fields", "id,full_name", "--sort", "id", "--output-file")
    files = {ending: tmp_path / f"c.{ending}" for ending in ("csv", "json", "jsonl", "xlsx")}
    for file in files.values():
        sales.run("client", "list", *options, str(file)).done()
    assert list(csv.reader(files["csv"].read_text("utf-8").splitlines()))[2] == ["2", name]
    assert json.loads(files["json"].read_text("utf-8"))[1]["full_name"] == name
    assert json.loads(files["jsonl"].read_text("utf-8").splitlines()[1])["full_name"] == name
    assert load_workbook(files["xlsx"]).get_sheet_by_index(0).to_python()[2][1] == name
