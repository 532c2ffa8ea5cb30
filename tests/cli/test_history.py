import re
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation
from support.company import Company

FIELDS = [
    "id", "transaction_id", "at", "employee_id", "employee", "database_role", "command", "reason",
    "table_name", "record_id", "action", "changes", "undoes", "undone_by",
]  # fmt: skip


def without_moments(shown: str) -> str:
    """What is shown, with every minute and every number of a transaction alike."""
    shown = re.sub(r"  #\d+$", "  #N", shown, flags=re.MULTILINE)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d(?=\n| {2}M| {2}p)", "WHEN", shown)


# For people


def test_each_transaction_is_a_block_the_newest_first(manager: Workstation) -> None:
    manager.run("contract", "pay", "2", "400.50", "--method", "card", "--key", "K").done()
    manager.run("contract", "amend", "2", "2500", "--reason", "Fireworks").done()
    paid_on = manager.run("contract", "payments", "2", "-o", "jsonl").done().json()["paid_on"]
    due_on = manager.run("contract", "show", "2", "-o", "json").done().json()["due_date"]
    shown = without_moments(manager.look("history", "contract", "2"))
    assert shown == (
        "WHEN  Marie Martin  contract amend  #N\n"
        "  Reason: Fireworks\n"
        "  Total: €2,000.00 → €2,500.00\n"
        "  Due: €1,599.50 → €2,099.50\n"
        "\n"
        "WHEN  Marie Martin  contract pay  #N\n"
        "  Payment 3 created\n"
        "    Contract: 2\n"
        "    Amount: €400.50\n"
        "    Kind: Payment\n"
        f"    Paid on: {paid_on}\n"
        "    Method: card\n"
        "    Key: K\n"
        "    Entered by: Marie Martin (1)\n"
        "    Created: WHEN\n"
        "  Contract 2 updated\n"
        "    Due: €2,000.00 → €1,599.50\n"
        "\n"
        "WHEN  postgres (database login)  #N\n"
        "  Contract 2 created\n"
        "    Client: Éléonore Lefèvre (1)\n"
        "    Sales: Sophie Simon (3)\n"
        "    Total: €2,000.00\n"
        "    Due: €2,000.00\n"
        f"    Due on: {due_on}\n"
        "    Signed: yes\n"
        "    Signed on: WHEN\n"
        "    Created: WHEN\n"
    )


def test_moments_are_those_of_the_company_s_clocks(manager: Workstation) -> None:
    manager.run("event", "update", "1", "--start-date", "2030-06-04 14:30").done()
    assert "  Starts: 2030-06-04 13:00 → 2030-06-04 14:30\n" in manager.look(
        "history", "event", "1"
    )
    manager.environ["EPICEVENTS_TIMEZONE"] = "UTC"
    assert "  Starts: 2030-06-04 11:00 → 2030-06-04 12:30\n" in manager.look(
        "history", "event", "1"
    )


def test_amounts_are_in_the_reader_s_language(manager: Workstation) -> None:
    manager.environ["EPICEVENTS_LANG"] = "fr"
    assert "2\N{NO-BREAK SPACE}000,00\N{NO-BREAK SPACE}€" in manager.look(
        "history", "contract", "2"
    )


def test_contacts_have_their_names(manager: Workstation) -> None:
    manager.run("client", "transfer", "1", "samuel@epicevents.example").done()
    shown = without_moments(manager.look("history", "client", "1"))
    assert "client transfer  #N\n  Sales: Sophie Simon (3) → Samuel Sanchez (4)\n" in shown


def test_no_password_is_shown_hashed_or_not(manager: Workstation, company: Company) -> None:
    manager.give_password(company.sales)
    shown = manager.look("history", "user", "sophie@epicevents.example")
    assert "  Password: (hidden)\n" in shown
    assert "argon2" not in shown
    assert "argon2" not in manager.run("history", "user", "3", "-o", "json").done().out


def test_long_values_wrap_and_are_whole(manager: Workstation) -> None:
    notes = "Champagne for all, " * 20 + "x" * 200
    manager.run("event", "update", "1", "--notes", notes).done()
    for width in (80, 140):
        shown = manager.look("history", "event", "1", "-L", "1", width=width)
        assert max(map(len, shown.splitlines())) <= width
        assert re.sub(r"\s+", "", notes) in re.sub(r"\s+", "", shown)


@pytest.mark.parametrize("hostile", ["[red]Acme[/red]", "[/] :smile:", "100% {name}"])
def test_values_are_shown_as_they_are(manager: Workstation, hostile: str) -> None:
    manager.run("client", "update", "2", "--company-name", hostile).done()
    for shown in (
        manager.look("history", "client", "2", color=True),
        manager.run("history", "client", "2").done().out,
        manager.run("audit", "list", "-L", "1").done().out,
    ):
        assert hostile in shown


def test_escape_codes_that_got_in_are_not_sent(manager: Workstation, owner: Connection) -> None:
    owner.cursor().execute(
        "UPDATE audit_entries SET changes = %s, reason = E'\\x1b[1mwhy'"
        " WHERE table_name = 'clients'",
        ('{"company_name": [null, "\\u001b[2Jgone\\u202e"], "phone": [null, "\\ud83d\\ude00"]}',),
    )
    owner.cursor().execute(
        "UPDATE audit_transactions SET command = E'\\x1b[31mred', database_role = E'\\x1b[32mx'"
    )
    for shown in (
        manager.look("history", "client", "1"),
        manager.run("history", "client", "1").done().out,
        manager.look("audit", "list", "--kind", "client", width=200),
        manager.run("audit", "list", "--kind", "client").done().out,
    ):
        assert "\x1b" not in shown
        for harmless in (r"\x1b[31mred", r"\x1b[32mx", r"\x1b[1mwhy", r"\x1b[2Jgone\u202e"):
            assert harmless in shown


def test_who_is_deleted_is_named_by_id(
    manager: Workstation, company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.manager2) as tx:
        tx.execute("UPDATE clients SET phone = '+33611111111' WHERE id = 1")
    owner.cursor().execute("DELETE FROM users WHERE id = %s", (company.manager2,))
    shown = without_moments(manager.look("history", "client", "1"))
    assert "  colleague 2 (deleted)  test  #N\n" in shown
    assert manager.run("history", "user", "2").done().out.count("Deleted") > 3


def test_an_update_that_changed_nothing_says_so(manager: Workstation, owner: Connection) -> None:
    owner.cursor().execute("UPDATE clients SET phone = phone WHERE id = 1")
    assert "  no field changed\n" in manager.look("history", "client", "1")
    assert "Client 1  Updated  -" in manager.run("history", "client", "1").done().out


def test_into_a_pipe_each_change_is_one_line(manager: Workstation) -> None:
    manager.run("client", "update", "1", "--phone", "0611111111").done()
    lines = manager.run("history", "client", "1").done().out.splitlines()
    assert lines[0].split() == [
        "When", "Who", "Command", "Record", "Action", "Field", "Old", "New", "Reason",
        "No.", "Undo",
    ]  # fmt: skip
    assert re.split(" {2,}", lines[1])[1:] == [
        "Marie Martin", "client update", "Client 1", "Updated", "Phone", "06 12 34 56 78",
        "06 11 11 11 11", "-", "8", "-",
    ]  # fmt: skip
    assert len(lines) == 1 + 1 + 6


# For machines


def test_json_has_whole_entries_with_values_of_their_kinds(manager: Workstation) -> None:
    manager.run("contract", "pay", "2", "400.50").done()
    entries = manager.run("history", "contract", "2", "-o", "json").done().json()
    assert list(entries[0]) == FIELDS
    assert entries[0]["changes"] == {"amount_due": ["2000.00", "1599.50"]}
    assert entries[0]["command"] == "contract pay"
    assert (entries[0]["employee_id"], entries[0]["employee"]) == (1, "Marie Martin")
    assert (entries[1]["table_name"], entries[1]["record_id"]) == ("payments", 3)
    assert entries[0]["transaction_id"] == entries[1]["transaction_id"]
    created = entries[-1]["changes"]
    assert created["sales_contact_id"] == [None, 3]
    assert created["signed_status"] == [None, True]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+0[12]:00", created["created_at"][1])


def test_every_format_tells_the_same(manager: Workstation) -> None:
    import csv
    import json

    manager.run("event", "update", "1", "--notes", 'a\tb, "c"\nd').done()
    wanted = manager.run("history", "event", "1", "-o", "json").done().json()
    run = manager.run("history", "event", "1", "-o", "jsonl").done()
    assert [json.loads(line) for line in run.out.splitlines()] == wanted
    rows = csv.DictReader(manager.run("history", "event", "1", "-o", "csv").done().out.splitlines())
    assert [json.loads(row["changes"]) for row in rows] == [row["changes"] for row in wanted]
    ids = manager.run("history", "event", "1", "-o", "ids").done().out.split()
    assert ids == [str(row["id"]) for row in wanted]
    assert '""2000.00""' in manager.run("history", "contract", "2", "-o", "csv").done().out


def test_fields_are_those_that_were_named(manager: Workstation) -> None:
    manager.run("client", "update", "1", "--phone", "0611111111").done()
    ran = manager.run("history", "client", "1", "--fields", "record_id,changes", "-L", "1").done()
    assert ran.out == "Record  Changes\n     1  Phone: 06 12 34 56 78 → 06 11 11 11 11\n"
    ran = manager.run("history", "client", "1", "--fields", "changes", "-L", "1", "-o", "jsonl")
    assert ran.done().json() == {"changes": {"phone": ["+33612345678", "+33611111111"]}}


def test_pages_follow_each_other(manager: Workstation) -> None:
    for last in range(5):
        manager.run("client", "update", "1", "--phone", f"061111111{last}").done()
    whole = manager.run("history", "client", "1", "-o", "ids", "--all").done().out.split()
    first = manager.run("history", "client", "1", "-o", "ids", "-L", "4")
    assert "4 of 6 shown" in first.done().err
    after = first.out.split()[-1]
    rest = manager.run("history", "client", "1", "-o", "ids", "--after", after).done()
    assert first.out.split() + rest.out.split() == whole
    assert manager.run("history", "client", "1", "--count").done().out == "6\n"


# What is asked for


def test_people_and_clients_are_found_by_name(manager: Workstation) -> None:
    for words in (["client", "Kevin Casey"], ["client", "kevin@startup.example"], ["client", "2"]):
        assert manager.run("history", *words, "-o", "jsonl").done().json()["record_id"] == 2
    assert manager.run("history", "user", "me", "-o", "jsonl").done().json()["record_id"] == 1


@pytest.mark.parametrize("kind", ["user", "client", "contract", "event"])
def test_what_never_was_is_not_found(manager: Workstation, kind: str) -> None:
    ran = manager.run("history", kind, "999")
    assert (ran.status, ran.out) == (3, "")
    assert f"epicevents {kind} list" in ran.err


def test_a_deleted_record_keeps_its_history(manager: Workstation) -> None:
    manager.run("event", "delete", "3", "--yes").done()
    shown = without_moments(manager.look("history", "event", "3"))
    assert shown.startswith(
        "WHEN  Marie Martin  event delete  #N\n  Event 3 deleted\n    Name: Gala\n"
    )
    created = manager.run(
        *("client", "create", "--full-name", "Zo", "--email", "zo@zo.example", "--phone"),
        *("0612345678", "--company-name", "Z", "--sales-contact", "3", "--json"),
    )
    number = str(created.done().json()["id"])
    manager.run("client", "delete", number, "--yes").done()
    entries = manager.run("history", "client", number, "--json").done().json()
    assert [entry["action"] for entry in entries] == ["DELETE", "INSERT"]


@pytest.mark.parametrize(
    ("record", "status"),
    # What is no number is words, which no contract has.
    [("0", 2), ("99999999999", 2), ("-1", 3), ("1.5", 3), ("xx", 3), ("", 3)],
)
def test_an_id_is_a_number_of_its_column(manager: Workstation, record: str, status: int) -> None:
    ran = manager.run("history", "contract", record)
    assert (ran.status, ran.out) == (status, "")


def test_kinds_are_few(manager: Workstation) -> None:
    assert manager.run("history", "payment", "1").status == 2
    assert manager.run("history", "CONTRACT", "2").status == 0


def test_everybody_reads_every_history(workstation: Workstation, company: Company) -> None:
    for user_id in (company.sales, company.support):
        workstation.be(user_id).run("history", "contract", "5").done()


def test_nobody_reads_any(workstation: Workstation) -> None:
    ran = workstation.run("history", "contract", "2")
    assert (ran.status, ran.out) == (4, "")


def test_it_is_read_without_what_writing_needs(manager: Workstation, tmp_path: Path) -> None:
    program = "import sys; from crm.__main__ import main\ntry: main()\nexcept SystemExit: pass\n"
    program += "print(*sorted({'sqlalchemy', 'alembic'} & set(sys.modules)), file=sys.stderr)"
    import subprocess
    import sys

    environ = manager.environ | {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", program, "history", "contract", "2"],
        env=environ, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == "\n"
