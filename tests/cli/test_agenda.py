import csv
import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation
from support.company import Company

PARIS = ZoneInfo("Europe/Paris")
AROUND = ("event", "agenda", "--from", "2030-06-03", "--to", "2030-06-09")


def plan(owner: Connection, name: str, start: str, end: str, support: str = "NULL") -> None:
    """Create an event at moments of UTC."""
    owner.cursor().execute(
        "INSERT INTO events (name, contract_id, client_id, client_contact, start_date, end_date,"
        " location, attendees, overlap_allowed, support_contact_id)"
        f" VALUES (%s, 2, 1, 'Jean', %s, %s, 'Tours\nGare', 12, true, {support})",
        (name, start, end),
    )


@pytest.fixture
def busy(owner: Connection) -> None:
    """A week with a clash, an event of three days and one that nobody runs."""
    plan(owner, "Dîner", "2030-06-04 17:00", "2030-06-04 22:00", "5")
    plan(owner, "Salon", "2030-06-07 07:00", "2030-06-09 10:30")
    plan(owner, "Before", "2030-06-02 10:00", "2030-06-02 22:00")
    plan(owner, "After", "2030-06-09 22:00", "2030-06-10 10:00")


NARROW = """\
Monday 2030-06-03  free

Tuesday 2030-06-04
  13:00 →        Mariage d'Éléonore  Paul Petit
                 Éléonore Lefèvre, Château de Candé, 75 guests, event 1
                 ! at the same time as event 4
  19:00 – 00:00  Dîner               Paul Petit
                 Éléonore Lefèvre, Tours, Gare, 12 guests, event 4
                 ! at the same time as event 1

Wednesday 2030-06-05
        → 02:00  Mariage d'Éléonore  Paul Petit
                 Éléonore Lefèvre, Château de Candé, 75 guests, event 1
                 ! at the same time as event 4

Thursday 2030-06-06  free

Friday 2030-06-07
  09:00 →        Salon               nobody
                 Éléonore Lefèvre, Tours, Gare, 12 guests, event 5

Saturday 2030-06-08
  all day        Salon               nobody
                 Éléonore Lefèvre, Tours, Gare, 12 guests, event 5

Sunday 2030-06-09
        → 12:30  Salon               nobody
                 Éléonore Lefèvre, Tours, Gare, 12 guests, event 5
"""
WIDE = """\
Tuesday 2030-06-04
  13:00 →        Mariage d'Éléonore  Éléonore Lefèvre  Château de Candé  Paul Petit  75 guests  event 1
                 ! at the same time as event 4
  19:00 – 00:00  Dîner               Éléonore Lefèvre  Tours, Gare       Paul Petit  12 guests  event 4
                 ! at the same time as event 1
"""  # noqa: E501


@pytest.mark.usefixtures("busy")
def test_a_week_on_a_terminal(support: Workstation) -> None:
    assert support.look(*AROUND) == NARROW
    assert WIDE in support.look(*AROUND, width=140)
    assert support.look("event", "agenda", "--week", "--from", "2030-06-05") == NARROW


@pytest.mark.usefixtures("busy")
def test_colour_and_ascii_change_no_word(support: Workstation) -> None:
    painted = support.look(*AROUND, color=True)
    assert "\x1b[1;33m! at the same time as event 4\x1b[0m" in painted
    support.environ["COLUMNS"] = "60"
    lines = support.look(*AROUND).splitlines()
    assert max(map(len, lines)) <= 60


@pytest.mark.usefixtures("busy")
def test_into_a_pipe_it_is_one_line_an_event(support: Workstation) -> None:
    header, *lines = support.run(*AROUND).done().out.splitlines()
    assert header.split() == [
        "Starts", "Ends", "ID", "Name", "Client", "Location", "Support", "Guests", "Clashes",
        "with",
    ]  # fmt: skip
    assert len(lines) == 3
    assert lines[0].startswith("2030-06-04 13:00  2030-06-05 02:00   1  Mariage d'Éléonore  ")
    assert lines[0].endswith(" 4")


@pytest.mark.usefixtures("busy")
def test_machines_read_the_whole_record(support: Workstation) -> None:
    found = json.loads(support.run(*AROUND, "--json").done().out)
    assert [(each["id"], each["clashes_with"]) for each in found] == [(1, [4]), (4, [1]), (5, [])]
    assert found[0]["start_date"] == "2030-06-04T13:00:00+02:00"
    rows = list(csv.DictReader(support.run(*AROUND, "-o", "csv").done().out.splitlines(True)))
    assert [row["clashes_with"] for row in rows] == ["4", "1", ""]
    calendar = Calendar.from_ical(support.run(*AROUND, "-o", "ics").done().out)
    assert len(calendar.walk("VEVENT")) == 3


@pytest.mark.usefixtures("busy")
def test_whose_it_is(workstation: Workstation, company: Company) -> None:
    ids = (*AROUND, "-o", "json")

    def listed(person: int, *options: str) -> list[int]:
        return [each["id"] for each in workstation.be(person).run(*ids, *options).done().json()]

    assert listed(company.support, "--mine") == [1, 4]
    assert listed(company.sales, "--mine") == [1, 4, 5]
    assert listed(company.sales2, "--mine") == []
    assert listed(company.manager, "--support", "paul petit") == [1, 4]
    assert workstation.be(company.manager).run(*ids, "--mine").status == 2
    assert workstation.run(*ids, "--support", "nobody").status == 3


def test_days_without_anything_are_one_line(sales: Workstation) -> None:
    days = ("event", "agenda", "--from", "2031-02-03", "--to", "2031-02-05")
    assert sales.look(*days) == "Monday 2031-02-03 – Wednesday 2031-02-05  free\n"
    empty = sales.run(*days).done()
    assert (empty.out, empty.err) == ("", "No events from 2031-02-03 to 2031-02-05.\n")
    assert sales.run(*days, "--json").done().json() == []


def test_days_of_23_and_25_hours(sales: Workstation, owner: Connection) -> None:
    plan(owner, "Spring", "2031-03-30 00:30", "2031-03-30 01:30")
    plan(owner, "Night", "2031-03-29 22:59", "2031-03-29 23:00")
    plan(owner, "Autumn", "2031-10-26 00:30", "2031-10-26 01:30")
    plan(owner, "Late", "2031-10-26 22:30", "2031-10-26 23:00")
    plan(owner, "Next", "2031-10-26 23:00", "2031-10-27 10:00")
    spring = sales.look("event", "agenda", "--from", "2031-03-30", "--to", "2031-03-30")
    assert "  01:30 – 03:30  Spring" in spring
    assert "Night" not in spring
    autumn = sales.look("event", "agenda", "--from", "2031-10-26", "--to", "2031-10-26")
    assert "  02:30+02:00 – 02:30+01:00  Autumn" in autumn
    assert "  23:30 – 00:00              Late" in autumn
    assert "Next" not in autumn


def test_which_days(sales: Workstation, owner: Connection) -> None:
    today = datetime.now(PARIS).date()
    monday = today - timedelta(days=today.weekday())

    def days(*options: str) -> tuple[str, str]:
        said = sales.run("event", "agenda", *options).done().err.split()
        return said[3], said[5].rstrip(".")

    def both(first: object, last: object) -> tuple[str, str]:
        return str(first), str(last)

    assert days() == both(today, today + timedelta(days=6))
    assert days("--week") == both(monday, monday + timedelta(days=6))
    assert days("--from", "2031-02") == ("2031-02-01", "2031-02-28")
    assert days("--from", "2031-02-04") == ("2031-02-04", "2031-02-10")
    assert days("--from", "2031-02-04", "--week") == ("2031-02-03", "2031-02-09")
    assert days("--from", "2031-02", "--week") == ("2031-01-27", "2031-03-02")
    assert days("--to", "+2d") == both(today, today + timedelta(days=2))
    assert days("--from", "2032") == ("2032-01-01", "2032-12-31")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--to yesterday", "--to is before"),
        ("--from 2031 --to 2032", "at most 366 days"),
        ("--from someday", "is not a date"),
    ],
)
def test_days_that_are_none_are_refused(sales: Workstation, options: str, said: str) -> None:
    refused = sales.run("event", "agenda", *options.split())
    assert (refused.status, refused.out, said in refused.err) == (2, "", True)


def test_hostile_text_is_only_shown(sales: Workstation, owner: Connection) -> None:
    plan(owner, "[red]x[/red] 李小龍" + "y" * 80, "2031-02-03 10:00", "2031-02-03 12:00")
    owner.cursor().execute("UPDATE events SET location = 'a' || chr(8238) || 'b'")
    owner.cursor().execute("UPDATE events SET attendees = 1")
    for width in (80, 140):
        shown = sales.look("event", "agenda", "--from", "2031-02-03", width=width)
        assert "[red]x[/red] 李小龍" in shown
        assert "a\\u202eb" in shown
        assert "1 guest" in shown
        assert "1 guests" not in shown
    assert "\u202e" not in sales.look("event", "agenda", "--from", "2031-02-03", "-o", "ics")
