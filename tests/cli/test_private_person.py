"""A person without a company, a number or an address, in every place that shows one."""

import csv
import io
import re
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation

NADIA = ("client", "create", "--full-name", "Nadia Roux", "--phone", "06 98 00 11 22", "--no-input")
HIDDEN = re.compile("invalid|~4|unknown", re.IGNORECASE)


@pytest.fixture
def nadia(sales: Workstation) -> Workstation:
    """Sophie's workstation, after she has noted client 4, known by her phone alone."""
    sales.run(*NADIA).done()
    return sales


def test_what_is_unknown_is_a_dash_or_empty_and_its_address_is_never_seen(
    nadia: Workstation, tmp_path: Path
) -> None:
    shown = nadia.run("client", "show", "nadia roux").done().out
    assert "Email: -\n" in shown
    assert "Company: -\n" in shown
    record = nadia.run("client", "show", "4", "--json").done().json()
    assert (record["email"], record["company_name"], record["phone"]) == ("", "", "+33698001122")
    exported = nadia.run("client", "list", "-o", "csv", "--fields", "id,email,company_name").out
    assert list(csv.reader(io.StringIO(exported)))[1] == ["4", "", ""]
    for words in (
        ("client", "list", "--fields", "id,full_name,email,company_name"),
        ("client", "list", "-o", "jsonl"),
        ("history", "client", "4"),
        ("history", "client", "4", "--json"),
        ("audit", "list", "--json"),
        ("client", "show", "4", "--as-of", "today"),
        ("client", "privacy-export", "4"),
        ("search", "roux"),
        ("search", "roux", "--json"),
        ("client", "update", "4", "--phone", "0698001123", "--json"),
    ):
        ran = nadia.run(*words).done()
        assert "Nadia" in ran.out + ran.err
        assert not HIDDEN.search(ran.out + ran.err), words


def test_nobody_finds_it_by_the_address_that_stands_for_none(nadia: Workstation) -> None:
    for text in ("invalid", "unknown", "4@unknown"):
        assert nadia.run("client", "list", "-S", text, "-o", "ids").done().out == ""
    assert nadia.run("client", "list", "-S", "1122", "-o", "ids").out == "4\n"
    nadia.run("contract", "create", "--client", "0698001122", "--total-amount", "9").done()


def test_incomplete_ones_are_listed(nadia: Workstation) -> None:
    assert nadia.run("client", "list", "--incomplete", "-o", "ids").out == "4\n"
    nadia.run("client", "update", "1", "--phone", "").done()
    nadia.run("client", "update", "4", "--email", "n@roux.example", "--company-name", "R").done()
    assert nadia.run("client", "list", "--incomplete", "-o", "ids").out == "1\n"


def test_a_client_is_reachable_or_refused(nadia: Workstation) -> None:
    refused = nadia.run("client", "create", "--full-name", "Jo", "--no-input")
    assert refused.status == 2
    assert "--email or --phone" in refused.err
    for options in (("--phone", ""), ("--email", "jo@mail.invalid")):
        assert nadia.run("client", "update", "4", *options).status == 2
    code = nadia.run("client", "update", "4", "--phone", "", "--json").error()["code"]
    assert code == "client_unreachable"


def test_two_unknown_emails_are_no_double_and_changes_can_be_taken_back(
    nadia: Workstation, owner: Connection
) -> None:
    nadia.run(*NADIA[:3], "Nora Roux", "--phone", "0698001123", "--no-input").done()
    nadia.run("client", "update", "1", "--email", "").done()
    emptied = nadia.run("client", "show", "1", "--json").json()
    assert emptied["email"] == ""
    assert nadia.run("client", "update", "1", "--email", "").err == "Nothing to change.\n"
    nadia.run("undo", "--yes").done()
    assert nadia.run("client", "show", "1", "--json").json()["email"] == "eleonore@lefevre.example"
    # And back from an email to none.
    nadia.run("client", "update", "4", "--email", "n@roux.example").done()
    nadia.run("undo", "--yes").done()
    assert nadia.run("client", "show", "4", "--json").json()["email"] == ""
    cursor = owner.cursor()
    cursor.execute("SELECT email FROM clients WHERE id IN (4, 5) ORDER BY id")
    assert cursor.fetchall() == [("~4@unknown.invalid",), ("~5@unknown.invalid",)]


def test_a_deleted_one_comes_back_and_an_erased_one_takes_nothing_else_along(
    nadia: Workstation, manager: Workstation
) -> None:
    manager.run("client", "delete", "4", "--yes").done()
    manager.run("undo", "--yes").done()
    assert manager.run("client", "show", "4", "--json").json()["email"] == ""
    before = manager.run("event", "list", "--all", "--json").json()
    manager.run("client", "erase", "4", "--reason", "asked", "--yes").done()
    assert manager.run("event", "list", "--all", "--json").json() == before
    assert manager.run("client", "show", "4", "--json").json()["full_name"] == "Erased client 4"


def test_a_file_may_leave_it_empty_and_is_imported_once(sales: Workstation, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text(
        "full_name,email,phone,company_name\n"
        "Nadia Roux,,06 98 00 11 22,\n"
        "Nora Roux,,06 98 00 11 23,\n"
        "Noé Roux,noe@roux.example,,Roux\n",
        "utf-8",
    )
    sales.run("client", "import", str(file)).done()
    assert sales.run("client", "list", "--incomplete", "-o", "ids").out == "6\n5\n4\n"
    again = sales.run("client", "import", str(file), "--json")
    codes = [each["code"] for each in again.error()["rows"]]
    assert codes == ["duplicate_client", "duplicate_client", "duplicate_email"]
    sales.run("client", "import", str(file), "--on-duplicate", "skip").done()
    assert sales.run("client", "list", "--count").out == "6\n"
    file.write_text("full_name,email,phone\nJo,,\nPo,,0698001144\nPo,,0698001144\n", "utf-8")
    refused = sales.run("client", "import", str(file), "--json").error()["rows"]
    assert [each["code"] for each in refused] == ["client_unreachable", "client_twice_in_file"]


def test_both_are_asked_and_one_may_stay_empty(sales: Workstation) -> None:
    with sales.terminal("client", "create", width=80) as terminal:
        for question, answer in (
            ("Full name", "Nadia Roux"), ("Email", ""), ("Phone", ""), ("Phone", "0698001122"),
            ("Company name", ""),
        ):  # fmt: skip
            terminal.expect(question)
            terminal.send(answer + "\r")
        terminal.expect("Client 4 created")


@pytest.mark.parametrize("width", [80, 140])
def test_a_listing_shows_a_dash(nadia: Workstation, width: int) -> None:
    lines = nadia.look("client", "list", width=width).splitlines()
    (line,) = [line for line in lines if "Nadia Roux" in line]
    assert re.search(r"4 +Nadia Roux +06 98 00 11 22 +— +Sophie Simon", line)
