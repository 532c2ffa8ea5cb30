import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import PASSWORD, Workstation, finish
from support.company import Company
from support.services import last_reason, stored

from crm.cli.app import App

SUMMER = (
    "--name", "Fête d'été", "--client-contact", "Jean, 06 98 76 54 32",
    "--start-date", "2031-06-04 18:00", "--end-date", "2031-06-05 02:00",
    "--location", "Tours", "--attendees", "80",
)  # fmt: skip


# Reading


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ("", "3 1 2"),
        ("--client eleonore", "1"),
        ("--contract 4", "2"),
        ("--contract 1", ""),
        ("--support pauline", "3"),
        ("--support me", "1"),
        ("--no-support", "2"),
        ("--from 2030-06-04", "1 2"),
        ("--from 2030-06-05", "2"),
        ("--from 2030 --to 2030-06", "1"),
        ("--to 2030-06-04", "3 1"),
        ("--to 2030-06-03", "3"),
        ("--upcoming", "1 2"),
        ("--past", "3"),
        ("--location chateau", "1"),
        ("--location SALLE", "2"),
        ("--period today", ""),
        ("--mine", "1"),
        ("-S gala", "3"),
        ("--sort=-attendees", "2 1 3"),
    ],
)
def test_a_listing_is_narrowed(support: Workstation, filters: str, ids: str) -> None:
    listed = support.run("event", "list", *filters.split(), "-o", "ids").done()
    assert listed.out.split() == ids.split()


def test_mine_follows_the_role(workstation: Workstation, company: Company) -> None:
    mine = ("event", "ls", "--mine", "-o", "ids")
    assert workstation.be(company.sales).run(*mine).done().out == "1\n2\n"
    assert workstation.be(company.support2).run(*mine).done().out == "3\n"
    assert workstation.be(company.manager).run(*mine).status == 2


def test_a_period_is_this_day_week_or_month(sales: Workstation) -> None:
    today = datetime.now(ZoneInfo("Europe/Paris")).date()
    first = today.replace(day=1)
    monday = today - timedelta(days=today.weekday())
    days = [today, first, first - timedelta(days=1), monday, monday - timedelta(days=1)]
    days += [monday + timedelta(days=6), monday + timedelta(days=7), first + timedelta(days=31)]
    for day in days:
        dates = ("--start-date", f"{day} 00:00", "--end-date", f"{day} 23:59", "--allow-past")
        sales.run("event", "create", "--contract", "2", *SUMMER, *dates).done()
    created = dict(enumerate(days, start=4))
    same: dict[str, Callable[[date], Any]] = {
        "today": lambda day: day,
        "week": lambda day: day.isocalendar()[:2],
        "month": lambda day: (day.year, day.month),
    }
    for period, known_by in same.items():
        listed = sales.run("event", "list", "--period", period, "-o", "ids").done()
        wanted = {key for key, day in created.items() if known_by(day) == known_by(today)}
        assert set(map(int, listed.out.split())) == wanted, period


def test_a_period_and_other_dates_are_one_too_many(sales: Workstation) -> None:
    for other in ("--from", "--to"):
        refused = sales.run("event", "list", "--period", "week", other, "today")
        assert (refused.status, "--period" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("filters", "status"),
    [
        ("--contract 99", 3),
        ("--contract abc", 3),
        ("--client nobody", 3),
        ("--support nobody", 3),
        ("--from someday", 2),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    sales: Workstation, filters: str, status: int
) -> None:
    refused = sales.run("event", "list", *filters.split(), "-o", "csv")
    assert (refused.status, refused.out) == (status, "")


def test_a_sheet_has_the_contract_the_client_and_what_comes_next(support: Workstation) -> None:
    shown = support.look("event", "show", "1", width=140)
    assert "Event 1: Mariage d'Éléonore" in shown
    assert re.search(r"Starts +2030-06-04 13:00\n", shown)
    assert re.search(
        r"Contract\n.*ID +Sales +Total +Due +Due on +Late +Status\n.*\n +2 +Sophie", shown
    )
    assert re.search(r"Client\n.*\n.*\n +1 +Éléonore Lefèvre +eleonore@", shown)
    assert shown.endswith(
        "  epicevents event update 1   change it\n  epicevents history event 1  see its history\n"
    )


def test_a_sheet_offers_what_its_reader_may_do(workstation: Workstation, company: Company) -> None:
    unassigned = workstation.be(company.manager).look("event", "show", "2")
    assert "epicevents event assign 2 USER" in unassigned
    for person in (company.sales, company.support):
        shown = workstation.be(person).look("event", "show", "2")
        assert shown.endswith("\nNext\n  epicevents history event 2  see its history\n")


def test_json_has_iso_dates_with_their_offset(support: Workstation) -> None:
    shown = support.run("event", "show", "1", "--json").done().json()
    assert (shown["start_date"], shown["end_date"]) == (
        "2030-06-04T13:00:00+02:00",
        "2030-06-05T02:00:00+02:00",
    )
    assert (shown["support_contact_id"], shown["support_contact"]) == (5, "Paul Petit")


# Creating


def test_sales_create_an_event(sales: Workstation, owner: Connection) -> None:
    created = sales.run("event", "create", "--contract", "2", *SUMMER).done()
    assert created.err == (
        "✓ Event 4 created: Fête d'été, 2031-06-04 18:00.\nNext: epicevents event show 4\n"
    )
    assert stored(owner, "events", 4, "start_date") == datetime.fromisoformat("2031-06-04 16:00")


def test_management_is_told_to_assign_it(manager: Workstation) -> None:
    created = manager.run("event", "new", "--contract", "2", *SUMMER).done()
    assert created.err.endswith("Next: epicevents event assign 4 USER\n")


def test_a_dry_run_keeps_no_event(sales: Workstation, owner: Connection) -> None:
    tried = sales.run("event", "create", "--contract", "2", *SUMMER, "-n", "-o", "json").done()
    assert tried.json()["name"] == "Fête d'été"
    assert stored(owner, "events", tried.json()["id"], "id") is None


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (("--contract", "1"), 6, "Sign it first: epicevents contract sign 1"),
        (("--contract", "5"), 5, "Ask Samuel Sanchez"),
        (("--contract", "99"), 3, "Contract 99 does not exist."),
        (("--attendees", "0"), 2, "The smallest possible value is 1."),
        (("--attendees", "1.5"), 2, "Attendees"),
        (("--attendees", "-3"), 2, "Attendees"),
        (("--end-date", "2031-06-04 18:00"), 6, "must end after it starts"),
        (("--start-date", "2031-06-04"), 2, "has no time"),
        (("--start-date", "2031-03-30 02:30"), 2, "the clocks go forward"),
        (("--start-date", "2030-10-27 02:30"), 2, "occurs twice"),
        (("--start-date", "2020-06-04 18:00", "--end-date", "2020-06-04 19:00"), 6, "--allow-past"),
        (("--name", "x" * 101), 2, "101/100"),
        (("--name", "\x1b[2J"), 2, "U+001B"),
    ],
)
def test_what_makes_no_event_is_refused(
    sales: Workstation, options: tuple[str, ...], status: int, said: str
) -> None:
    refused = sales.run("event", "create", "--contract", "2", *SUMMER, *options)
    assert refused.status == status
    assert said in refused.err
    assert refused.out == ""


def test_without_input_everything_missing_is_named_at_once(sales: Workstation) -> None:
    refused = sales.run("event", "create", "--no-input", "--name", "Gala", "-o", "json")
    assert refused.status == 2
    assert refused.error()["options"] == [
        "--contract", "--client-contact", "--start-date", "--end-date", "--location", "--attendees",
    ]  # fmt: skip


def test_what_is_missing_is_asked_for(sales: Workstation, owner: Connection) -> None:
    answers = "2\nGala\n\n2031-06-04 18:00\n2031-06-04 23:00\nTours\n80\n\n"
    sales.run("event", "create", stdin=answers).done()
    assert stored(owner, "events", 4, "client_contact") == "Éléonore Lefèvre"
    assert stored(owner, "events", 4, "notes") is None


def test_a_contract_that_is_asked_for_is_read_once_and_the_permission_too(
    sales: Workstation, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, begun = App.transaction, []

    def count(app: App, **how: Any) -> Any:
        begun.append(how)
        return begin(app, **how)

    monkeypatch.setattr(App, "transaction", count)
    answers = "2\nGala\n\n2031-06-04 18:00\n2031-06-04 23:00\nTours\n80\n\n"
    sales.run("event", "create", stdin=answers).done()
    assert len(begun) == 3  # may one, which contract, and the event


def test_a_wrong_answer_is_asked_again(sales: Workstation) -> None:
    with sales.terminal("event", "create", "--name", "Gala", "--location", "Tours") as child:
        for asked, answer, said in (
            ("Contract (4 Kevin Casey, 3 Éléonore Lefèvre, 2", "1", "epicevents contract sign 1"),
            ("Contract (", "2", ""),
            ("Client contact (Enter: Éléonore Lefèvre): ", "Jean", ""),
            ("Starts (such as tomorrow 18:00): ", "tomorrow", "has no time"),
            ("Starts (", "tomorrow 18:00", ""),
            ("Ends (such as tomorrow 23:30): ", "tomorrow 17:00", "must end after it starts"),
            ("Ends (", "tomorrow 23:00", ""),
            ("Attendees (such as 75): ", "none", "Attendees"),
            ("Attendees (", "12", ""),
            ("Notes (optional): ", "", ""),
        ):
            child.expect_exact(asked)
            child.sendline(answer)
            child.expect_exact(said)
        status, said = finish(child)
    assert (status, "Event 4 created: Gala" in said) == (0, True)


def test_a_contract_that_takes_no_event_is_refused_before_the_form(
    sales: Workstation, support: Workstation
) -> None:
    refused = support.run("event", "create", "--contract", "2", stdin="Gala\n")
    assert (refused.status, "Ask Sophie Simon" in refused.err) == (5, True)


# Changing


def test_support_change_their_event(support: Workstation) -> None:
    options = ("--location", "Blois", "--end-date", "2030-06-05 03:00", "--notes", "")
    changed = support.run("event", "update", "1", *options).done()
    assert changed.err == (
        "✓ Event 1 updated: Mariage d'Éléonore.\n"
        "  Ends: 2030-06-05 02:00 → 2030-06-05 03:00\n"
        "  Location: Château de Candé → Blois\n"
        "  Notes: Champagne → -\n"
        "Next: epicevents event show 1\n"
    )


def test_an_update_of_nothing(support: Workstation) -> None:
    assert support.run("event", "update", "1").status == 2
    assert support.run("event", "update", "1", "--attendees", "75").done().err == (
        "Nothing to change.\n"
    )


def test_a_script_says_which_version_it_has_read(support: Workstation) -> None:
    update = ("event", "update", "1", "--if-version", "1", "-o", "json", "--attendees")
    assert support.run(*update, "80").done().json()["version"] == 2
    assert support.run(*update, "90").error()["code"] == "conflict"


def test_sales_hear_whom_to_ask(sales: Workstation) -> None:
    refused = sales.run("event", "update", "1", "--notes", "x")
    assert refused.status == 5
    assert refused.err == (
        "Error: SALES may not update an event.\n"
        "Hint: Ask Paul Petit, or a colleague in MANAGEMENT.\n"
    )


def test_management_moves_an_event_to_another_contract(manager: Workstation) -> None:
    moved = manager.run("event", "update", "1", "--contract", "5").done()
    assert "  Contract: 2 → 5\n  Client: Éléonore Lefèvre → Jean O'Brien\n" in moved.err
    assert manager.run("event", "update", "1", "--contract", "1").status == 6


# Assigning


def test_an_event_that_begins_later_lasts_as_long(manager: Workstation) -> None:
    moved = manager.run("event", "update", "1", "--start-date", "2030-06-11 14:30").done()
    assert "  Starts: 2030-06-04 13:00 → 2030-06-11 14:30\n" in moved.err
    assert "  Ends: 2030-06-05 02:00 → 2030-06-12 03:30\n" in moved.err
    longer = manager.run(
        "event", "update", "1", "--start-date", "2030-06-11 14:00", "--end-date", "2030-06-11 15:00"
    ).done()
    assert "  Ends: 2030-06-12 03:30 → 2030-06-11 15:00\n" in longer.err
    wrong = manager.run("event", "update", "1", "--end-date", "2030-06-11 13:00")
    assert (wrong.status, "must end after it starts" in wrong.err) == (6, True)


def test_a_cancelled_event_is_left_out_until_it_is_asked_for(
    manager: Workstation, owner: Connection
) -> None:
    with manager.terminal("event", "cancel", "1") as child:
        child.expect_exact("Reason")
        child.sendline("rain")
        status, said = finish(child)
    assert (status, "Event 1 is cancelled: " in said) == (0, True)
    again = manager.run("event", "cancel", "1", "--reason", "snow").done().err
    assert again.startswith("Event 1 has been cancelled since 20")
    assert manager.run("event", "cancel", "2", "--no-input").status == 2
    listed = manager.run("event", "list", "-o", "ids").done()
    assert (listed.out, listed.err) == (
        "3\n2\n",
        "1 cancelled event is left out; see --cancelled.\n",
    )
    (shown,) = manager.run("event", "list", "--cancelled", "-o", "json").done().json()
    assert (shown["id"], shown["cancelled_reason"]) == (1, "rain")
    assert shown["cancelled_at"].startswith("20")
    sheet = manager.run("event", "show", "1").done().out
    assert ("Why cancelled" in sheet, "rain" in sheet) == (True, True)
    day = manager.run("event", "agenda", "--from", "2030-06-04", "--to", "2030-06-04").done()
    assert day.err == "No events from 2030-06-04 to 2030-06-04.\n"
    calendar = manager.run("event", "list", "-o", "ics").done()
    assert (calendar.out.count("STATUS:CANCELLED"), calendar.out.count("STATUS:CONF")) == (1, 2)
    assert "SEQUENCE:1" in calendar.out
    undone = manager.run("undo", "--yes").done()
    assert stored(owner, "events", 1, "cancelled_at") is None, undone.err
    then = manager.run("history", "event", "1").done().out
    assert ("Cancelled on" in then, "rain" in then) == (True, True)


def test_an_event_is_assigned_and_taken_back(manager: Workstation) -> None:
    assign = ("event", "assign", "2", "paul@epicevents.example")
    assert manager.run(*assign).done().err == (
        "✓ Event 2 assigned to Paul Petit: General Assembly.\n"
        "  Support: - → Paul Petit\n"
        "Next: epicevents event list --support 5 --upcoming\n"
    )
    assert manager.run(*assign).done().err == (
        "Paul Petit already runs event 2; nothing to change.\n"
    )
    assert manager.run("event", "unassign", "2").done().err == (
        "✓ Event 2 unassigned: General Assembly.\n"
        "  Support: Paul Petit → -\n"
        "Next: epicevents event assign 2 USER\n"
    )
    assert manager.run("event", "unassign", "2").done().err == (
        "Event 2 has no support contact; nothing to change.\n"
    )


def test_whom_to_assign_is_asked_for(manager: Workstation) -> None:
    with manager.terminal("event", "assign", "2") as child:
        child.expect_exact("Support (6 Pauline Perrin, 5 Paul Petit): ")
        child.sendline("paul petit")
        status, said = finish(child)
    assert (status, "assigned to Paul Petit" in said) == (0, True)
    assert manager.run("event", "assign", "2", "--no-input").status == 2


@pytest.mark.parametrize(("user", "status"), [("sophie", 6), ("me", 6), ("nobody", 3), ("paul", 2)])
def test_only_support_is_assigned(manager: Workstation, user: str, status: int) -> None:
    assert manager.run("event", "assign", "2", user).status == status


def test_two_events_at_once_take_a_reason(manager: Workstation, owner: Connection) -> None:
    dates = ("--start-date", "2030-06-04 20:00", "--end-date", "2030-06-04 22:00")
    manager.run("event", "create", "--contract", "5", *SUMMER, *dates).done()
    refused = manager.run("event", "assign", "4", "5")
    assert refused.status == 6
    assert refused.err == (
        "Error: Paul Petit already runs event 1, Mariage d'Éléonore, at that time: 2030-06-04 "
        "13:00 – 2030-06-05 02:00.\nHint: Free at that time: Pauline Perrin. Choose somebody "
        "else, or add --override REASON.\n"
    )
    moved = ("event", "update", "2", "--start-date", "2030-06-04 20:00")
    manager.run("event", "assign", "2", "5").done()
    assert "already runs event 1" in manager.run(*moved, "-o", "json").error()["message"]
    manager.run("event", "assign", "4", "5", "--override", "next door").done()
    assert last_reason(owner) == "next door"


def test_who_is_free_is_listed_and_nobody_assigned(manager: Workstation, owner: Connection) -> None:
    suggest = ("event", "assign", "1", "--suggest")
    listed = manager.run(*suggest).done()
    assert listed.out == (
        "ID  Support         Events ±2 weeks\n"
        " 6  Pauline Perrin                0\n"
        " 5  Paul Petit                    0\n"
    )
    assert listed.err == "Nobody assigned.\nNext: epicevents event assign 1 6\n"
    as_json = manager.run(*suggest, "-o", "json", "--no-input").done()
    assert as_json.json()[0] == {"id": 6, "support_contact": "Pauline Perrin", "events_around": 0}
    owner.cursor().execute("UPDATE users SET is_active = false WHERE role = 'SUPPORT'")
    nobody = manager.run(*suggest).done()
    assert (nobody.out, "Nobody in SUPPORT is free at that time." in nobody.err) == ("", True)
    assert manager.run(*suggest, "-o", "json").done().json() == []
    assert stored(owner, "events", 1, "version") == 1


def test_one_of_those_who_are_free_is_picked(manager: Workstation, owner: Connection) -> None:
    for typed, support in (("", 6), ("petit", 5)):
        with manager.terminal("event", "assign", "2", "--suggest") as child:
            child.expect_exact("Events ±2 weeks")
            child.expect_exact("Support (Enter: Pauline Perrin): ")
            child.sendline(typed)
            status, said = finish(child)
        assert (status, "Event 2 assigned to" in said) == (0, True)
        assert stored(owner, "events", 2, "support_contact_id") == support


def test_a_suggestion_is_for_when_nobody_is_chosen(
    manager: Workstation, support: Workstation
) -> None:
    assert support.run("event", "assign", "2", "--suggest").status == 5
    manager.be(1)
    assert manager.run("event", "assign", "2", "5", "--suggest").status == 2
    assert manager.run("event", "assign", "99", "--suggest").status == 3


# Noting


def test_a_note_is_added(support: Workstation, owner: Connection) -> None:
    noted = support.run("event", "note", "1", "Le traiteur vient à 16:00").done()
    line = stored(owner, "events", 1, "notes").split("\n")[1]
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d Paul Petit: Le traiteur vient à 16:00", line)
    assert noted.err == (
        f"✓ Note added to event 1: Mariage d'Éléonore.\n  {line}\nNext: epicevents event show 1\n"
    )
    dry = support.run("event", "note", "1", "x", "-n", "--json").done()
    assert dry.json()["notes"].endswith(" Paul Petit: x")
    assert stored(owner, "events", 1, "version") == 2


def test_a_note_is_asked_for_or_read(support: Workstation, owner: Connection) -> None:
    with support.terminal("event", "note", "1") as child:
        child.expect_exact("Note: ")
        child.sendline("")
        child.expect_exact("Note is blank.")
        child.expect_exact("Note: ")
        child.sendline("one")
        assert finish(child)[0] == 0
    support.run("event", "note", "1", stdin="two\nnot read\n").done()
    support.run("event", "note", "1", "-", stdin="three\n\nfour\n").done()
    notes = stored(owner, "events", 1, "notes").split("\n")
    assert [line.rpartition(": ")[2] for line in notes] == [
        "Champagne", "one", "two", "three", "", "four",
    ]  # fmt: skip
    assert support.run("event", "note", "1", "--no-input", "-o", "json").error()["options"] == [
        "TEXT"
    ]
    assert support.run("event", "note", "1", stdin="").status == 2
    assert support.run("event", "note", "2", "x").status == 5


def test_others_do_not_assign(support: Workstation) -> None:
    for command in (("assign", "2", "5"), ("assign", "2"), ("unassign", "1")):
        assert support.run("event", *command, stdin="Paul Petit\n").status == 5


# Deleting


def test_an_event_is_deleted(manager: Workstation, owner: Connection) -> None:
    assert manager.run("event", "delete", "3").status == 2
    assert "nothing saved" in manager.run("event", "delete", "3", "-n").done().err
    assert stored(owner, "events", 3, "id") == 3
    deleted = manager.run("event", "delete", "3", "--yes", "--json").done()
    assert (deleted.json()["name"], deleted.err) == ("Gala", "✓ Event 3 deleted: Gala.\n")
    assert stored(owner, "events", 3, "id") is None


def test_a_deletion_shows_the_event_and_asks(manager: Workstation, owner: Connection) -> None:
    with manager.terminal("event", "delete", "3") as child:
        child.expect_exact("Event 3: Gala")
        child.expect_exact("Delete it? [y/N]: ")
        child.sendline("")
        status, said = finish(child)
    assert (status, "nothing changed." in said) == (2, True)
    assert stored(owner, "events", 3, "id") == 3


def test_support_do_not_delete(support: Workstation) -> None:
    assert support.run("event", "delete", "1", "-y").status == 5


# As people run it


def test_an_event_from_the_login_of_its_manager_to_that_of_its_support(
    workstation: Workstation, company: Company
) -> None:
    workstation.give_password(company.manager, company.support)
    for email in ("marie@epicevents.example", "paul@epicevents.example"):
        login = workstation.process("login", email, stdin=f"{PASSWORD}\n")
        assert login.status == 0, login.err
        if email.startswith("marie"):
            created = workstation.process("event", "create", "--contract", "5", *SUMMER)
            assert "Next: epicevents event assign 4 USER" in created.err
            assert workstation.process("event", "assign", "4", "Paul Petit").status == 0
    changed = workstation.process("event", "update", "4", "--attendees", "120")
    assert "Guests: 80 → 120" in changed.err
    assert workstation.process("event", "list", "--mine", "-o", "ids").out == "1\n4\n"


@pytest.mark.parametrize("width", [80, 140])
def test_no_line_is_wider_than_the_terminal(support: Workstation, width: int) -> None:
    support.run("event", "update", "1", "--notes", "long " * 60, "--location", "far " * 60).done()
    for command in (("list",), ("show", "1")):
        lines = support.look("event", *command, width=width).splitlines()
        assert max(map(len, lines)) <= width, command


def test_what_others_typed_is_shown_harmlessly(support: Workstation) -> None:
    hostile = "[red]{id}%s [/] \u2028"
    assert support.run("event", "update", "1", "--name", hostile).status == 2
    support.run("event", "update", "1", "--name", hostile[:-2], "--notes", "a\u202eb").done()
    assert "Event 1: [red]{id}%s [/]" in support.look("event", "show", "1", color=True)
    assert "a\\u202eb" in support.look("event", "show", "1")
    assert "[red]{id}%s [/]" in support.run("event", "update", "1", "--attendees", "1").done().err
