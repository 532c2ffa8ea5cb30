"""What is held on a person, and forgetting one."""

import json
import re
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation, finish
from support.company import Company
from support.services import stored

ERASE = ("client", "erase", "1", "--reason", "asked")
EMAIL = "eleonore@lefevre.example"


# Exporting


def test_all_that_is_held_is_one_object(sales: Workstation) -> None:
    sales.run("client", "update", "1", "--phone", "06 00 00 00 00").done()
    held = sales.run("client", "privacy-export", "1").done().json()
    assert held["client"]["email"] == EMAIL
    assert [each["total_amount"] for each in held["contracts"]] == ["1000.00", "2000.00", "3000.00"]
    assert [each["amount"] for each in held["payments"]] == ["2000.00"]
    assert held["events"][0]["notes"] == "Champagne"
    last = held["history"][-1]
    assert (last["employee"], last["command"]) == ("Sophie Simon", "client update")
    assert last["changes"] == {"phone": ["+33612345678", "+33600000000"]}
    assert held["denied_attempts"] == []


def test_it_is_written_into_a_file_whole_or_not_at_all(
    manager: Workstation, company: Company, tmp_path: Path
) -> None:
    file = tmp_path / "held.json"
    said = manager.run("client", "privacy-export", EMAIL, "--output-file", str(file)).done()
    assert (said.out, "3 contracts, 1 event, 1 payment" in said.err) == ("", True)
    assert json.loads(file.read_text("utf-8"))["client"]["id"] == 1
    refused = manager.be(company.sales2).run(
        "client", "privacy-export", "1", "--output-file", str(tmp_path / "none.json")
    )
    assert refused.status == 5
    assert not (tmp_path / "none.json").exists()


def test_others_are_told_whom_to_ask(workstation: Workstation, company: Company) -> None:
    refused = workstation.be(company.support).run("client", "privacy-export", "1")
    assert refused.status == 5
    assert refused.out == ""


# Erasing


def test_erasing_takes_the_email(manager: Workstation, owner: Connection) -> None:
    with manager.terminal("client", "erase", "1", width=100) as child:
        child.expect_exact("Reason: ")
        child.sendline("asked to be forgotten")
        child.expect_exact("Éléonore Lefèvre")
        child.expect_exact(f"This cannot be undone. Type {EMAIL} to erase the client: ")
        child.sendline("yes")
        assert finish(child)[0] == 2
    assert stored(owner, "clients", 1, "email") == EMAIL
    with manager.terminal(*ERASE, width=100) as child:
        child.expect_exact("to erase the client: ")
        child.sendline(EMAIL)
        status, said = finish(child)
    assert status == 0
    assert "Client 1 erased; this cannot be undone." in said
    assert not re.search(r"^ *Erased ", said, re.MULTILINE)  # before, nothing to say of it
    assert "Not erased: backups" in said
    assert stored(owner, "clients", 1, "full_name") == "Erased client 1"


def test_a_script_says_yes(manager: Workstation, owner: Connection) -> None:
    assert manager.run(*ERASE, "--json").error()["code"] == "confirmation_required"
    tried = manager.run(*ERASE, "--dry-run", "--json").done().json()
    assert tried["full_name"] == "Erased client 1"
    assert stored(owner, "clients", 1, "full_name") == "Éléonore Lefèvre"
    erased = manager.run(*ERASE, "--yes", "--json").done().json()
    assert (erased["email"], erased["erased_at"] is not None) == ("erased-1@erased.invalid", True)
    again = manager.run(*ERASE, "--yes", "--json")
    assert (again.status, again.error()["code"]) == (6, "client_erased")


def test_texts_of_other_records_are_shown_before_they_are_erased(
    manager: Workstation, owner: Connection
) -> None:
    manager.run("contract", "amend", "5", "5100", "--reason", f"as for {EMAIL}").done()
    listed = re.compile(rf"audit entry \d+: as for {re.escape(EMAIL)}")
    assert listed.search(manager.run(*ERASE, "--dry-run").done().err)
    with manager.terminal(*ERASE, width=100) as child:
        child.expect(rf"audit entry \d+: as for {re.escape(EMAIL)}")
        child.expect_exact("to erase the client: ")
        child.sendline("no")
        assert finish(child)[0] == 2
    assert listed.search(manager.run(*ERASE, "--yes").done().err)
    cursor = owner.cursor()
    cursor.execute("SELECT count(*) FROM audit_entries WHERE reason = 'as for (erased)'")
    assert (cursor.fetchone() or (0,))[0] > 0


def test_without_a_reason_nobody_is_erased(manager: Workstation) -> None:
    refused = manager.run("client", "erase", "1", "--yes", "--no-input", "--json")
    assert (refused.status, refused.error()["code"]) == (2, "missing_option")
    assert manager.run(*ERASE[:-1], "  ", "--yes").status == 2


def test_only_management_erases(sales: Workstation) -> None:
    refused = sales.run(*ERASE, "--yes", "--json")
    assert (refused.status, refused.error()["code"]) == (5, "permission_denied")


@pytest.mark.parametrize("output", ["table", "json"])
def test_an_erased_client_is_shown_and_listed_as_such(manager: Workstation, output: str) -> None:
    manager.run(*ERASE, "--yes").done()
    for look in (
        ("client", "show", "1"), ("client", "list"), ("history", "client", "1"),
        ("history", "event", "1"), ("event", "show", "1"), ("contract", "show", "2"),
    ):  # fmt: skip
        ran = manager.run(*look, "-o", output).done()
        assert "rased" in ran.out
        assert "efèvre" not in ran.out + ran.err
    sheet = manager.look("client", "show", "1")
    assert "Erased" in sheet
    assert "contract create" not in sheet
    assert "Erased" not in manager.look("client", "show", "2")
    assert manager.run("client", "list", "-S", "lefevre", "-o", "ids").out == ""
    assert manager.run("search", "lefevre", "--json").done().out.count("Erased") == 0
    for refused in (
        ("client", "update", "1", "--phone", "0612345678"),
        ("contract", "create", "--client", "1", "--total-amount", "10"),
    ):
        assert manager.run(*refused, "--json").error()["code"] == "client_erased"


def test_an_import_does_not_know_the_person_again(
    manager: Workstation, owner: Connection, tmp_path: Path
) -> None:
    manager.run(*ERASE, "--yes").done()
    file = tmp_path / "clients.csv"
    file.write_text(
        "full_name,email,phone,company_name,sales_contact\n"
        f"Éléonore Lefèvre,{EMAIL},+33612345678,Lefèvre,sophie@epicevents.example\n",
        "utf-8",
    )
    manager.run("client", "import", str(file), "--on-duplicate", "update").done()
    assert stored(owner, "clients", 4, "email") == EMAIL
    assert stored(owner, "clients", 1, "full_name") == "Erased client 1"
    file.write_text(
        "full_name,email,phone,company_name\n"
        "Éléonore,erased-1@erased.invalid,+33612345678,Lefèvre\n",
        "utf-8",
    )
    refused = manager.run("client", "import", str(file), "--on-duplicate", "update", "--json")
    assert refused.status != 0
    assert stored(owner, "clients", 1, "full_name") == "Erased client 1"


# Deleted, and still in the history


@pytest.fixture
def deleted(manager: Workstation) -> str:
    """The email of client 4, whom only the history names."""
    email = "bob@marsh.example"
    manager.run(
        "client", "create", "--full-name", "Bob Marsh", "--email", email, "--phone", "0612345679",
        "--company-name", "Marsh", "--sales-contact", "sophie",
    ).done()  # fmt: skip
    manager.run("client", "delete", "4", "--yes").done()
    return email


def test_who_is_deleted_is_erased_by_the_id(
    manager: Workstation, owner: Connection, deleted: str
) -> None:
    erase = ("client", "erase", "4", "--reason", "asked")
    with manager.terminal(*erase, width=100) as child:
        child.expect_exact(f"Type {deleted} to erase the client: ")
        child.sendline(deleted)
        status, said = finish(child)
    assert (status, "Client 4 erased" in said) == (0, True)
    cursor = owner.cursor()
    cursor.execute("SELECT string_agg(changes::text, ' ') FROM audit_entries WHERE record_id = 4")
    (kept,) = cursor.fetchone() or ("",)
    assert ("Marsh" in kept, "marsh" in kept, '"erased": true' in kept) == (False, False, True)
    again = manager.run(*erase, "--yes", "--json")
    assert (again.status, again.error()["code"]) == (3, "not_found")
    assert manager.run("client", "erase", "99", "--reason", "x", "--yes").status == 3


def test_what_is_held_on_who_is_deleted_is_told_to_management(
    manager: Workstation, company: Company, deleted: str
) -> None:
    held = manager.run("client", "privacy-export", "4").done().json()
    assert held["client"] is None
    assert [each["action"] for each in held["history"]] == ["INSERT", "DELETE"]
    assert manager.run("client", "privacy-export", "99").status == 3
    assert manager.run("client", "erase", "4", "--reason", "x", "-n", "--json").json()["id"] == 4
    assert manager.be(company.sales).run("client", "privacy-export", "4").status == 5
