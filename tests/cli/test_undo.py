import re
from collections.abc import Callable

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation, finish, interrupt
from support.company import Company
from support.waiting import until

Run = Callable[..., int]


@pytest.fixture
def number(manager: Workstation) -> int:
    """The transaction of a command that was a mistake."""
    manager.run("client", "update", "1", "--phone", "0611111111").done()
    return newest(manager)


def newest(workstation: Workstation) -> int:
    ran = workstation.run("audit", "list", "-L", "1", "-o", "json")
    return int(ran.done().json()[0]["transaction_id"])


def phone(workstation: Workstation) -> str:
    return str(workstation.run("client", "show", "1", "--json").done().json()["phone"])


def test_the_difference_is_shown_and_the_way_back_named(manager: Workstation, number: int) -> None:
    ran = manager.run("undo", "--yes").done()
    by = newest(manager)
    assert ran.out == ""
    assert re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "WHEN", ran.err) == (
        f"Transaction {number}: client update, Marie Martin, WHEN\n"
        "  Client 1 updated\n"
        "    Phone: 06 11 11 11 11 → 06 12 34 56 78\n"
        f"✓ Transaction {number} undone: 1 client updated.\n"
        f"To restore it: epicevents undo {by}\n"
    )
    assert phone(manager) == "+33612345678"


def test_the_history_names_what_was_taken_back_and_by_what(
    manager: Workstation, number: int
) -> None:
    manager.run("undo", f"#{number}", "-y", "--reason", "mistaken").done()
    by = newest(manager)
    shown = manager.look("history", "client", "1", width=100)
    assert f"  undo  #{by}, undo of {number}\n  Reason: mistaken\n" in shown
    assert f"  client update  #{number}, undone by {by}\n" in shown
    entries = manager.run("history", "client", "1", "-o", "json").done().json()
    assert [(e["undoes"], e["undone_by"]) for e in entries] == [
        (number, None), (None, by), (None, None)
    ]  # fmt: skip
    listed = manager.run("audit", "list", "--transaction", str(by), "-o", "json").done().json()
    assert [entry["transaction_id"] for entry in listed] == [by]


def test_json_tells_what_was_taken_back(manager: Workstation, number: int) -> None:
    ran = manager.run("undo", str(number), "-y", "-o", "json").done()
    told = ran.json()
    assert list(told) == [
        "transaction_id", "undoes", "command", "at", "employee_id", "employee", "created",
        "updated", "deleted",
    ]  # fmt: skip
    assert (told["transaction_id"], told["undoes"]) == (newest(manager), number)
    assert (told["command"], told["employee"]) == ("client update", "Marie Martin")
    assert (told["created"], told["updated"], told["deleted"]) == (0, 1, 0)


def test_a_dry_run_keeps_nothing(manager: Workstation, number: int) -> None:
    ran = manager.run("undo", "--dry-run").done()
    assert "06 11 11 11 11 → 06 12 34 56 78" in ran.err
    assert "Dry run" in ran.err
    assert phone(manager) == "+33611111111"
    assert manager.run("undo", "-n", "-o", "json").done().json()["transaction_id"] is None


def test_nobody_is_asked_where_nobody_is(manager: Workstation, number: int) -> None:
    ran = manager.run("undo", "-o", "json")
    assert (ran.status, ran.error()["code"]) == (2, "confirmation_required")
    assert phone(manager) == "+33611111111"


def test_it_asks_and_no_is_the_default(manager: Workstation, number: int) -> None:
    for answer, status, kept in (("\r", 2, "+33611111111"), ("y\r", 0, "+33612345678")):
        with manager.terminal("undo") as child:
            child.expect("Undo it")
            child.send(answer)
            assert finish(child)[0] == status
        assert phone(manager) == kept


def test_a_reason_is_asked_for_where_it_is_needed(manager: Workstation) -> None:
    manager.run("contract", "sign", "1").done()
    ran = manager.run("undo", "-y", "-o", "json")
    assert (ran.status, ran.error()["code"]) == (2, "reason_required")
    with manager.terminal("undo") as child:
        child.expect("Reason")
        child.send("mistaken\r")
        child.expect("Undo it")
        child.send("y\r")
        assert finish(child)[0] == 0
    entries = manager.run("history", "contract", "1", "-o", "json", "-L", "1").done().json()
    assert entries[0]["reason"] == "mistaken"


def test_ctrl_c_leaves_nothing(manager: Workstation, number: int) -> None:
    with manager.terminal("undo") as child:
        child.expect("Undo it")
        assert interrupt(child)[0] == 130
    assert phone(manager) == "+33611111111"


def test_what_they_hold_open_keeps_nobody_from_being_shut_out(
    manager: Workstation, company: Company
) -> None:
    manager.run("user", "deactivate", "4", "--no-input").done()
    manager.run("user", "reactivate", "4").done()
    with company.database.as_user(4) as held:
        held.execute("UPDATE users SET phone = NULL WHERE id = 4")
        with manager.terminal("undo") as child:
            child.expect("their session is ended first")
            child.expect("Undo it")
            assert held.value("SELECT employee_id()") == 4
            child.send("y\r")
            until(lambda: held.value("SELECT employee_id()") is None)
            held.connection.cursor().execute("ROLLBACK")
            assert finish(child)[0] == 0
    shown = manager.run("user", "show", "4", "-o", "json").done().json()
    assert shown["is_active"] is False


@pytest.mark.parametrize(
    ("args", "status"),
    [(["x"], 2), (["0"], 2), (["-1"], 2), (["1.5"], 2), (["9" * 30], 2), (["999999"], 3)],
)
def test_a_transaction_is_a_number(manager: Workstation, args: list[str], status: int) -> None:
    ran = manager.run("undo", *args, "--yes")
    assert (ran.status, ran.out) == (status, "")


def test_others_commands_are_management_s(
    workstation: Workstation, company: Company, number: int
) -> None:
    ran = workstation.be(company.support).run("undo", str(number), "-y", "-o", "json")
    assert (ran.status, ran.error()["code"]) == (5, "permission_denied")
    denied = workstation.be(company.manager).run("audit", "denied", "-L", "1", "-o", "json")
    assert denied.done().json()[0]["permission"] == "undo"


def test_hostile_values_are_shown_harmlessly(manager: Workstation) -> None:
    hostile = "[red]100% {name}[/] :smile:"
    manager.run("client", "update", "1", "--company-name", hostile).done()
    assert f"{hostile} → Lefèvre & Fils" in manager.run("undo", "-n").done().err
    assert hostile in manager.look("undo", "-n", width=140, color=True)


def test_an_import_is_one_entry_and_taken_back_like_any_other_command(
    manager: Workstation, owner: Connection
) -> None:
    rows = "".join(f"N {n},n{n}@n.example,0612345678,N,3\n" for n in range(2000))
    path = manager.home / "clients.csv"
    path.write_text(
        "full_name,email,phone,company_name,sales_contact\n"
        + rows.replace(",3\n", ",sophie@epicevents.example\n"),
        "utf-8",
    )
    manager.run("client", "import", str(path)).done()
    ran = manager.run("undo", "--yes").done()
    assert "Transaction" in ran.err
    assert "client import" in ran.err
    assert "  … and 1 990 more\n" in ran.err
    assert "undone: 2 000 clients deleted." in ran.err
    assert manager.run("client", "list", "--count").done().out == "3\n"
    manager.run("undo", str(newest(manager)), "-y").done()
    assert manager.run("client", "list", "--count").done().out == "2003\n"


# As it was


def test_a_record_is_shown_as_it_was(manager: Workstation, owner: Connection) -> None:
    cursor = owner.cursor()
    cursor.execute("SELECT to_char(timezone('utc', now()), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
    ((moment,),) = cursor.fetchall()
    now = manager.run("client", "show", "1", "-o", "json").done().json()
    manager.run("client", "update", "1", "--phone", "0611111111").done()
    ran = manager.run("client", "show", "1", "--as-of", moment, "-o", "json").done()
    then = ran.json()
    assert list(then) == list(now)
    assert (then["phone"], then["version"]) == ("+33612345678", 1)
    assert re.search(r"As of \d{4}-\d\d-\d\d \d\d:\d\d \(transaction \d+\)\.", ran.err)
    assert "Next" not in manager.look("client", "show", "1", "--as-of", moment)
    today = manager.run("client", "show", "1", "--as-of", "today", "-o", "json").done().json()
    assert today["phone"] == "+33611111111"


def test_what_is_deleted_can_be_seen_as_it_was(manager: Workstation, owner: Connection) -> None:
    cursor = owner.cursor()
    cursor.execute("SELECT to_char(timezone('utc', now()), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
    ((moment,),) = cursor.fetchall()
    manager.run("event", "delete", "3", "--yes").done()
    assert manager.run("event", "show", "3", "--as-of", moment, "--json").done().json()["id"] == 3
    ran = manager.run("event", "show", "3", "--as-of", "today", "-o", "json")
    assert (ran.status, ran.out) == (3, "")
    assert ran.error()["until"]
    assert "epicevents history event 3" in ran.error()["hint"]


def test_before_there_was_one_it_says_since_when(manager: Workstation) -> None:
    for noun in ("client", "contract", "event", "user"):
        ran = manager.run(noun, "show", "1", "--as-of", "2020-01-01", "-o", "json")
        assert (ran.status, ran.error()["code"]) == (3, "not_found")
        assert ran.error()["since"]
        assert manager.run(noun, "show", "999", "--as-of", "today").status == 3


@pytest.mark.parametrize("moment", ["tomorrow", "2999-01-01 10:00", "x", "2026-06", "", "\x1b[2J"])
def test_a_moment_is_one_that_has_passed(manager: Workstation, moment: str) -> None:
    ran = manager.run("client", "show", "1", "--as-of", moment)
    assert (ran.status, ran.out) == (2, "")
    assert "\x1b" not in ran.err


def test_a_day_with_two_meanings_lacks_no_time(manager: Workstation) -> None:
    ran = manager.run("client", "show", "1", "--as-of", "06-05-04", "-o", "json")
    assert (ran.status, ran.error()["code"]) == (2, "ambiguous_date")


def test_colleagues_are_shown_with_what_is_known_of_the_past(manager: Workstation) -> None:
    told = manager.run("user", "show", "me", "--as-of", "today", "-o", "json").done().json()
    assert list(told) == list(manager.run("user", "show", "me", "-o", "json").done().json())
    assert told["clients"] is None
