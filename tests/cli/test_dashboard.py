import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation
from support.company import Company

ZONE = ZoneInfo("Europe/Paris")


def titles(shown: str) -> list[str]:
    return re.findall(r"^(\S.*?)  \d+$", shown, re.MULTILINE)


def test_sales_see_what_their_clients_wait_for(workstation: Workstation, company: Company) -> None:
    shown = workstation.be(company.sales).look("dashboard")
    assert titles(shown) == [
        "Contracts to sign",
        "Signed contracts with an amount due",
        "Signed contracts without an event",
        "Coming events without support",
    ]
    for command in (
        "contract sign 1",
        "contract pay 2 2000.00",
        "contract pay 3 1000.00",
        "event create --contract 3",
        "event show 2",
    ):
        assert f"  epicevents {command}\n" in shown
    # Contract 5 is of a colleague's client.
    assert "pay 5" not in shown


def test_management_sees_what_the_company_waits_for(
    workstation: Workstation, company: Company
) -> None:
    workstation.be(company.manager).run("user", "deactivate", "5").done()
    shown = workstation.look("dashboard")
    assert titles(shown) == [
        "Coming events without support",
        "Contracts to sign",
        "Signed contracts with an amount due",
        "Deactivated colleagues who are still a contact",
    ]
    assert "  epicevents event assign 2 USER\n" in shown
    assert "  epicevents contract pay 5 5000.00\n" in shown
    assert "  epicevents user show 5\n" in shown


def test_support_sees_events_by_how_near_they_are(
    workstation: Workstation, company: Company, owner: Connection
) -> None:
    workstation.be(company.support)
    assert titles(workstation.look("dashboard")) == ["After this week"]
    now = datetime.now(ZONE).replace(tzinfo=None)
    evening = (now + timedelta(minutes=1)).replace(hour=23, minute=59)
    utc = evening.replace(tzinfo=ZONE).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
    owner.cursor().execute(
        "UPDATE events SET start_date = %s, end_date = %s WHERE id = 1",
        (utc, utc + timedelta(hours=8)),
    )
    shown = workstation.look("dashboard")
    assert titles(shown) == ["Your events today"]
    assert re.search(r"today 23:59  epicevents event show 1\n", shown)


def test_a_greeting_names_person_role_and_day(workstation: Workstation, company: Company) -> None:
    shown = workstation.be(company.support).run("dashboard").done().out
    today = datetime.now(ZONE)
    assert shown.startswith(f"Hello, Paul Petit — Support, {today:%A %Y-%m-%d}\n")


def test_json_holds_all_of_it(workstation: Workstation, company: Company) -> None:
    told = workstation.be(company.sales).run("dashboard", "-o", "json").done().json()
    assert told["user"] == {
        "id": 3,
        "email": "sophie@epicevents.example",
        "first_name": "Sophie",
        "last_name": "Simon",
        "role": "SALES",
    }
    assert told["date"] == datetime.now(ZONE).date().isoformat()
    assert list(told)[2:] == [
        "tasks", "overdue", "unsigned", "due", "without_event", "without_support",
    ]  # fmt: skip
    assert told["due"]["total"] == 2
    assert [each["amount_due"] for each in told["due"]["records"]] == ["2000.00", "1000.00"]


@pytest.mark.parametrize("person", [1, 3, 5])
def test_when_nothing_waits_it_says_so(
    workstation: Workstation, owner: Connection, person: int
) -> None:
    cursor = owner.cursor()
    cursor.execute("DELETE FROM events; ALTER TABLE payments DISABLE TRIGGER USER")
    cursor.execute("DELETE FROM payments; DELETE FROM contracts")
    shown = workstation.be(person).look("dashboard")
    assert titles(shown) == []
    assert "✓ Nothing to do right now." in shown
    assert len(re.findall("epicevents [a-z]+ [a-z]+", shown)) == 1
    told = workstation.run("dashboard", "--json").done().json()
    assert all(told[section]["total"] == 0 for section in list(told)[2:])


def test_more_than_five_are_counted(
    workstation: Workstation, company: Company, owner: Connection
) -> None:
    owner.cursor().execute(
        "INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due)"
        " SELECT 1, 3, n, n FROM generate_series(1, 8) n"
    )
    shown = workstation.be(company.sales).look("dashboard")
    assert "Contracts to sign  9\n" in shown
    assert "  and 4 more  epicevents contract list --mine --unsigned\n" in shown


@pytest.mark.parametrize("person", [1, 3, 5])
@pytest.mark.parametrize("width", [80, 140])
def test_every_line_fits_a_terminal(
    workstation: Workstation, owner: Connection, person: int, width: int
) -> None:
    cursor = owner.cursor()
    cursor.execute("UPDATE clients SET full_name = repeat('Éléonore ', 10) || id")
    cursor.execute("UPDATE events SET name = repeat('x', 100)")
    shown = workstation.be(person).look("dashboard", width=width)
    assert all(len(line) <= width for line in shown.splitlines())
    assert "…" in shown
    columns = {
        line.index("epicevents") for line in shown.splitlines() if re.search(r"\d  epi", line)
    }
    assert len(columns) == 1


def test_hostile_names_are_shown_and_never_obeyed(
    workstation: Workstation, company: Company, owner: Connection
) -> None:
    cursor = owner.cursor()
    cursor.execute("UPDATE clients SET full_name = '[red]Acme[/red] {id} %'")
    cursor.execute("UPDATE events SET name = '[/] :smile: {amount_due}'")
    plain = workstation.be(company.sales).look("dashboard", width=200)
    assert "[red]Acme[/red] {id} %" in plain
    assert "[/] :smile: {amount_due}" in plain


def test_colour_adds_nothing_but_colour(workstation: Workstation, company: Company) -> None:
    workstation.be(company.sales)
    coloured = workstation.look("dashboard", color=True)
    assert "\x1b[36mepicevents contract sign 1\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == workstation.look("dashboard")


def test_an_ascii_terminal_shows_it_too(workstation: Workstation, company: Company) -> None:
    workstation.be(company.sales)
    ran = workstation.process("dashboard", environ={"PYTHONIOENCODING": "ascii"}).done()
    assert ran.out.startswith("Hello, Sophie Simon - Sales")
    assert "Eleonore Lefevre" in ran.out


def test_the_day_is_the_one_of_the_companys_zone(
    workstation: Workstation, company: Company
) -> None:
    workstation.environ["EPICEVENTS_TIMEZONE"] = "Pacific/Kiritimati"
    told = workstation.be(company.support).run("dashboard", "--json").done().json()
    assert told["date"] == datetime.now(ZoneInfo("Pacific/Kiritimati")).date().isoformat()
