import re

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation
from support.company import Company


def ids(ran: str) -> list[int]:
    return [int(number) for number in ran.split()]


# list


def test_what_was_changed_is_one_line_a_record(manager: Workstation) -> None:
    manager.run("contract", "pay", "2", "400").done()
    lines = manager.run("audit", "list", "-L", "2").done().out.splitlines()
    assert lines[0].split() == [
        "No.", "When", "Who", "Record", "Changes", "Command", "Reason"
    ]  # fmt: skip
    balance, payment = (re.split(" {2,}", line)[-5:] for line in lines[1:])
    assert balance == [
        "Marie Martin", "Contract 2 updated", "Due: €2,000.00 → €1,600.00", "contract pay", "-"
    ]  # fmt: skip
    assert payment[1] == "Payment 3 created"
    assert payment[2].startswith("Contract: 2; Amount: €400.00; Kind: Payment; ")


@pytest.mark.parametrize("width", [80, 140])
def test_it_fits_the_screen(manager: Workstation, width: int) -> None:
    manager.run("contract", "amend", "2", "2500", "--reason", "They want fireworks too").done()
    shown = manager.look("audit", "list", width=width)
    assert max(map(len, shown.splitlines())) <= width
    assert "Contract 2 updated" in shown
    assert ("They want" in shown) is (width == 140)
    assert "€2,500.00" in shown


def test_filters_narrow_it(manager: Workstation, company: Company) -> None:
    manager.run("client", "update", "1", "--phone", "0611111111").done()
    manager.run("event", "delete", "3", "--yes").done()

    def count(*filters: str) -> int:
        return int(manager.run("audit", "list", "--count", *filters).done().out)

    assert count("--mine") == count("--user", "me") == count("--user", "marie") == 2
    assert count("--user", "sophie@epicevents.example") == 0
    assert count("--kind", "client") == 4
    assert count("--kind", "client", "--user", "me") == 1
    assert count("--action", "delete") == count("--kind", "event", "--action", "DELETE") == 1
    assert count("--command", "client UPDATE") == 1
    assert count("--command", "%") == 0
    assert count("-S", "mari delete") == 1
    assert count("--from", "today") == count("--to", "today") == count()
    assert count("--from", "tomorrow") == count("--to", "yesterday") == 0


def test_formats_are_those_of_listings(manager: Workstation) -> None:
    manager.run("client", "update", "1", "--phone", "0611111111").done()
    (entry,) = manager.run("audit", "list", "-o", "json", "-L", "1").done().json()
    assert entry["changes"] == {"phone": ["+33612345678", "+33611111111"]}
    line = manager.run("audit", "list", "--all", "-o", "jsonl").done().out.splitlines()[0]
    assert '"changes": {"phone": ["+33612345678", "+33611111111"]}' in line
    row = manager.run("audit", "list", "-L", "1", "-o", "tsv").done().out.splitlines()[1]
    assert row.endswith('\t{"phone": ["+33612345678", "+33611111111"]}\t\t')


def test_nothing_that_matches_is_no_error(manager: Workstation, owner: Connection) -> None:
    nothing = manager.run("audit", "list", "--from", "tomorrow").done()
    assert nothing.out == ""
    assert nothing.err == "Nothing matches. Show all: epicevents audit list\n"
    assert manager.run("audit", "list", "--from", "tomorrow", "--json").done().json() == []
    owner.cursor().execute("DELETE FROM audit_entries")
    assert manager.run("audit", "list").done().err == "Nothing has been changed yet.\n"


def test_an_entry_that_is_not_there_is_told(manager: Workstation) -> None:
    ran = manager.run("audit", "list", "--after", "99999")
    assert ran.status == 3
    assert ran.err == (
        "Error: Entry 99999 does not exist.\nHint: See them all: epicevents audit list\n"
    )


# denied


def test_what_the_program_denied_is_on_record(workstation: Workstation, company: Company) -> None:
    workstation.be(company.sales)
    assert workstation.run("client", "update", "3", "--phone", "0611111111").status == 5
    assert workstation.run("audit", "denied").status == 5
    workstation.be(company.manager)
    other, client = workstation.run("audit", "denied", "--json").done().json()
    assert (client["employee"], client["permission"]) == ("Sophie Simon", "client:update")
    assert (client["kind"], client["record_id"]) == ("client", 3)
    assert client["message"] == "SALES may update only their own clients."
    assert other["permission"] == "audit:denied"
    assert workstation.run("audit", "denied", "--user", "sophie", "--count").done().out == "2\n"
    assert workstation.run("audit", "denied", "--user", "me", "--count").done().out == "0\n"
    assert workstation.run("audit", "denied", "--to", "yesterday", "--count").done().out == "0\n"
    for width in (80, 140):
        shown = workstation.look("audit", "denied", width=width)
        assert max(map(len, shown.splitlines())) <= width
        # Of what record, and the whole sentence, over several lines if need be.
        said = "Sophie Simon Client 3 SALES may update only their own clients."
        assert said in " ".join(shown.split())


def test_nobody_hides_a_denial_behind_an_odd_record(
    workstation: Workstation, company: Company
) -> None:
    workstation.be(company.manager).run("client", "update", "1", "--phone", "0611111111").done()
    (change,) = workstation.run("audit", "list", "-L", "1", "--json").done().json()
    workstation.be(company.sales2)
    assert workstation.run("undo", str(change["transaction_id"]), "--yes").status == 5
    with company.database.as_user(company.sales2) as tx:
        tx.execute(
            "SELECT record_denial('undo', E'x\\x1b[2J', 7, 'no'),"
            " record_denial('undo', NULL, 8, 'no')"
        )
    shown = workstation.be(company.manager).look("audit", "denied", width=140)
    assert f"transaction {change['transaction_id']}" in shown
    assert r"x\x1b[2J 7" in shown
    assert "\x1b" not in shown


def test_failed_logins_are_on_record(workstation: Workstation, company: Company) -> None:
    for email in ("sophie@epicevents.example", "nobody@nowhere.example"):
        assert workstation.run("login", email, "--password-stdin", stdin="no\n").status == 4
    workstation.be(company.manager)
    logins = workstation.run("audit", "denied", "--logins", "--json").done().json()
    assert [login["email"] for login in logins] == [
        "nobody@nowhere.example", "sophie@epicevents.example"
    ]  # fmt: skip
    theirs = workstation.run("audit", "denied", "--logins", "--user", "sophie", "-o", "ids")
    assert ids(theirs.done().out) == [logins[1]["id"]]
    after = workstation.run(
        "audit", "denied", "--logins", "--after", str(logins[0]["id"]), "--json"
    )
    assert after.done().json() == logins[1:]
    assert workstation.run("audit", "denied", "--logins", "-S", "nowhere", "--count").out == "1\n"
    # Guesses in the name of somebody who has no account.
    named = workstation.run("audit", "denied", "--logins", "--user", " Nobody@nowhere.example")
    assert named.done().out.split()[-2:] == ["nobody@nowhere.example", "epicevents_cli"]
    cut = workstation.run("audit", "denied", "--logins", "-L", "1").done()
    assert cut.out.splitlines()[1].lstrip().startswith(str(logins[0]["id"]))
    assert f"--after {logins[0]['id']}" in cut.err


def test_when_nothing_was_denied_it_says_so(manager: Workstation) -> None:
    assert manager.run("audit", "denied").done().err == "Nothing has been denied yet.\n"
    assert manager.run("audit", "denied", "--logins").done().err == "No failed logins yet.\n"


# sessions and revoke


def test_everybody_sees_their_own_sessions(sales: Workstation, company: Company) -> None:
    sales.database.session_of(company.sales)
    sales.database.session_of(company.manager)
    sessions = sales.run("audit", "sessions", "--json").done().json()
    assert [session["employee"] for session in sessions] == ["Sophie Simon"] * 2
    assert [session["mine"] for session in sessions] == [False, True]
    assert list(sessions[0]) == [
        "id", "user_id", "employee", "created_at", "last_used_at", "expires_at", "mine"
    ]  # fmt: skip
    assert sales.run("audit", "sessions", "--user", "marie").status == 5


def test_management_sees_all(manager: Workstation, company: Company) -> None:
    manager.database.session_of(company.sales)
    shown = manager.look("audit", "sessions", width=100)
    assert "Sophie Simon" in shown
    assert "Marie Martin" in shown
    theirs = manager.run("audit", "sessions", "--user", "sophie", "--json").done().json()
    assert [session["user_id"] for session in theirs] == [company.sales]
    assert manager.run("audit", "sessions", "--mine", "--count").done().out == "1\n"


def test_a_revoked_session_is_told_at_its_next_command(
    manager: Workstation, company: Company
) -> None:
    secret = manager.database.session_of(company.sales)
    (session,) = ids(manager.run("audit", "sessions", "--user", "sophie", "-o", "ids").out)
    ran = manager.run("audit", "revoke", str(session)).done()
    assert (ran.out, ran.err) == ("", f"✓ Session {session} of Sophie Simon has ended.\n")
    connection = manager.database.owner()
    cursor = connection.cursor()
    cursor.execute("SELECT state FROM begin_session(%s)", (secret,))
    assert cursor.fetchone() == ("ended",)
    connection.close()
    assert manager.run("audit", "revoke", str(session)).status == 3
    assert manager.run("audit", "revoke", "hers").err.endswith("see: epicevents audit sessions\n")


def test_ending_one_s_own_session_says_what_next(sales: Workstation) -> None:
    ran = sales.run("audit", "revoke", "--user", "me").done()
    assert ran.err == (
        "✓ 1 session of Sophie Simon has ended.\nYour own session was one of them. Log in again: "
        "epicevents login\n"
    )
    assert sales.run("client", "list").status == 4


def test_ending_nobody_s_sessions_changes_nothing(manager: Workstation) -> None:
    ran = manager.run("audit", "revoke", "--user", "sophie", "--json").done()
    assert ran.json() == []
    assert "no open sessions" in ran.err


def test_a_denied_revocation_is_on_record(workstation: Workstation, company: Company) -> None:
    workstation.be(company.manager)
    (theirs,) = ids(workstation.run("audit", "sessions", "-o", "ids").out)
    workstation.be(company.support)
    assert workstation.run("audit", "revoke", str(theirs)).status == 5
    assert workstation.run("audit", "revoke", "--user", "marie").status == 5
    assert workstation.run("audit", "revoke", str(2**63 - 1)).status == 5
    workstation.be(company.manager)
    denied = workstation.run("audit", "denied", "--json").done().json()
    assert [(each["permission"], each["kind"], each["record_id"]) for each in denied] == [
        ("session:revoke", "session", None),
        ("session:revoke", "user", company.manager),
        ("session:revoke", "session", theirs),
    ]


def test_json_prints_what_was_ended(manager: Workstation, company: Company) -> None:
    manager.database.session_of(company.sales)
    (before,) = manager.run("audit", "sessions", "--user", "sophie", "--json").json()
    dry = manager.run("audit", "revoke", str(before["id"]), "--dry-run", "--json").done()
    assert dry.json()["id"] == before["id"]
    assert manager.run("audit", "sessions", "--user", "sophie", "--count").out == "1\n"
    assert manager.run("audit", "revoke", "--user", "sophie", "--json").done().json() == [before]


@pytest.mark.parametrize(
    "words", [[], ["1", "--user", "sophie"], ["0"], ["x"], [str(2**63)], ["--user", ""]]
)
def test_one_session_or_one_person_is_named(manager: Workstation, words: list[str]) -> None:
    ran = manager.run("audit", "revoke", *words)
    assert ran.status in (2, 3)
    assert ran.out == ""
    assert manager.run("whoami").status == 0
