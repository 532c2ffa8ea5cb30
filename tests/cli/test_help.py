"""Help: topics, commands, and what is likely meant by a word that there is not."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.cli import Workstation
from support.commands import command_lines, parse

from crm.cli.help.topics import TOPICS
from crm.cli.main import INTERRUPTED
from crm.cli.options import FORMATS
from crm.domain import errors
from crm.domain.dates import parse_period
from crm.domain.errors import CRMError
from crm.domain.times import parse_datetime
from crm.settings import SETTINGS

DATES = """\
Dates and times

  Type a day in one of these forms, in English or French:

  2026-06-04                   ISO 8601.
  04/06/2026, 04/06/26         Day, month, year, as in France.
  4 Jun 2026, June 4           With the month's name; three letters are enough.
  samedi 12 juin 2027          With the day of the week, which must be correct.
  today, tomorrow, avant-hier  Also: yesterday, aujourd'hui, demain.
  monday                       The next one, or today; for past facts, the last
                               one.
  next monday, last friday     Also: lundi prochain, vendredi dernier.
  +30d, -2w, +1m, +1y          Days, weeks, months or years from today.
  in 3 days, 2 weeks ago       Also: dans 3 jours, il y a deux semaines.
  eom, fin juin, +30d eom      The last day of a month.

  A filter also accepts several days, including the last:

  2026-06, juin 2026   A month: --to 2026-06 includes all of June.
  2026-W05, next week  A week, from Monday to Sunday.
  2026-Q4, T4 2026     A quarter.
  2026                 A year.

  For a date with a time, write the time after the day:

  2026-06-04 13:00          In the company's time zone (EPICEVENTS_TIMEZONE).
  tomorrow 18:00, +3d 9:00  After any form of a day.
  4 Jun 2026 @ 1PM          Also: 13h, 13h30, midi, 24:00.
  now, in 2 hours           Also: maintenant, il y a 10 minutes.
  2026-06-04T13:00+02:00    With an explicit offset.

  A time that the clocks skip is refused, with the nearest valid times. If a
  date or time has two meanings, such as “next friday” on a Tuesday, you are
  asked which. A week begins on Monday.
"""


def terms(topic: str, part: int) -> list[str]:
    """Return the terms of a list in a topic, those with commas one by one."""
    found = TOPICS[topic]().parts[part]
    assert not isinstance(found, str)
    return [each for term, _meaning in found for each in term.split(", ")]


def test_a_topic_is_a_page(workstation: Workstation) -> None:
    assert workstation.run("help", "dates").done().out == DATES


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_fits_the_screen(topic: str, workstation: Workstation) -> None:
    workstation.environ["COLUMNS"] = "60"
    lines = workstation.run("help", topic).done().out.splitlines()
    assert max(map(len, lines)) <= 60
    assert len(lines) > 8


def test_help_alone_lists_commands_and_topics(workstation: Workstation) -> None:
    out = workstation.run("help").done().out
    assert out.startswith(workstation.process("--help").done().out.rstrip("\n"))
    contents = out.partition("Topics")[2]
    assert [line.split()[0] for line in contents.splitlines()[1:]] == list(TOPICS)


@pytest.mark.parametrize("command", ["client", "contract pay", "event ls", "help"])
def test_help_of_a_command_is_its_own(command: str, workstation: Workstation) -> None:
    own = workstation.process(*command.split(), "--help").done().out
    assert "Usage: epicevents" in own
    assert workstation.run("help", *command.split()).done().out == own


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("dats", "Did you mean dates?"),
        ("clint", "Did you mean client"),
        ("client trnsfer", "Did you mean transfer?"),
        ("client list all", "See them all: epicevents help"),
        ("\x1b[31m", "See them all: epicevents help"),
    ],
)
def test_what_there_is_no_help_for_is_said(words: str, hint: str, workstation: Workstation) -> None:
    ran = workstation.run("help", *words.split())
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("Error: There is no command or topic")
    assert hint in ran.err
    assert "\x1b" not in ran.err


# The pages say what is so


def test_every_form_of_a_day_is_read() -> None:
    for form in terms("dates", 1) + terms("dates", 3):
        parse_period(form, today=date(2026, 6, 4))
    for word in ("aujourd'hui", "demain", "hier"):
        parse_period(word, today=date(2026, 6, 4))


def test_every_form_of_a_moment_is_read() -> None:
    now = datetime(2026, 6, 4, 10, tzinfo=UTC)
    for form in terms("dates", 5):
        parse_datetime(form, zone=ZoneInfo("Europe/Paris"), now=now)


def test_every_exit_code_is_explained() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    used = {each.exit_code for each in kinds if issubclass(each, CRMError)} | {0, INTERRUPTED}
    assert {int(term) for term in terms("exit-codes", 1)} == used


def test_every_setting_is_explained() -> None:
    assert terms("environment", 1) == [setting.variable for setting in SETTINGS]


def test_every_format_is_explained() -> None:
    assert terms("output", 1) == [f"-o {name}" for name in (*FORMATS, "ics")]


def test_every_filter_that_is_named_there_is(workstation: Workstation, tmp_path: Path) -> None:
    commands = TOPICS["filters"]().parts[3]
    assert not isinstance(commands, str)
    values = {"USER": "me", "CLIENT": "1", "TEXT": "x", "ROLE": "sales", "N": "1", "ID": "1"}
    for command, options in commands:
        for option in re.split(" (?=--)", options):  # some exclude each other
            line = re.sub(r"\b[A-Z]+\b", lambda found: values[found[0]], f"{command} {option}")
            assert parse(line, tmp_path) == command.removeprefix("epicevents ")


def test_every_command_that_a_page_names_there_is(tmp_path: Path) -> None:
    named = []
    for topic in TOPICS.values():
        for part in topic().parts:
            if isinstance(part, str):
                named += re.findall(r"epicevents [a-z][a-z -]*[a-z]", part)
    assert len(named) == 7
    for line in named:
        parse(line, tmp_path)


def test_the_examples_of_help_are_commands(tmp_path: Path, workstation: Workstation) -> None:
    examples = command_lines(workstation.run("help", "help").done().out)
    assert len(examples) == 3
    assert {parse(line, tmp_path) for line in examples} == {"help"}


# What is likely meant


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("contracts list", "Did you mean epicevents contract list?"),
        ("contract lst", "Did you mean epicevents contract list?"),
        ("pay 12 400", "Did you mean epicevents contract pay?"),
        ("client sign 3", "Did you mean epicevents contract sign?"),
        ("new", "epicevents contract create, epicevents event create"),
        ("client list --limt 3", "Did you mean --limit"),
        ("client list -o tabel", "Did you mean table?"),
        ("client list --output=JSNO", "Did you mean json?"),
        ("user list --role sale", "Did you mean SALES?"),
        ("--color allways client list", "Did you mean always?"),
        ("user create --role SALE", "Unknown role"),
    ],
)
def test_what_is_likely_meant_is_said(line: str, meant: str, workstation: Workstation) -> None:
    ran = workstation.run(*line.split())
    assert (ran.status, ran.out) == (2, "")
    assert meant in ran.err


@pytest.mark.parametrize("line", ["xyzzy", "client list -o qwertz", "client list --limit x"])
def test_nothing_is_suggested_where_nothing_is_alike(line: str, workstation: Workstation) -> None:
    ran = workstation.run(*line.split())
    assert ran.status == 2
    assert "Did you mean" not in ran.err
    assert "See: epicevents" in ran.err
