"""Every write can be tried: --dry-run runs the real transaction and keeps nothing of it."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg2.sql import SQL, Identifier
from support.cli import Ran, Workstation, url
from support.commands import every_command
from support.company import Company
from support.database import Database

# Who writes nothing, or no record: sessions, this workstation's files, whole databases.
NO_RECORD = {
    *("login", "logout", "shell"),
    *("view save", "view delete", "join", "init", "demo"),
    *("db start", "db stop", "db backup"),
}
READING = {
    *("whoami", "dashboard", "search", "history", "view run", "view list", "doctor", "config"),
    *("client list", "client show", "client privacy-export", "contract list", "contract show"),
    *(
        "contract payments",
        "payment list",
        "payment show",
        "task list",
        "event list",
        "event show",
        "event agenda",
        "event sheet",
    ),
    *("user list", "user show", "audit list", "audit denied", "audit sessions", "db status"),
    *("db check", "completion", "permissions", "help", "log list"),
}
# tests/cli/test_backup.py, test_administration.py, test_session.py
ELSEWHERE = {"db restore", "db upgrade", "password"}

NEW_EVENT = "--name Gala --client-contact Jean --location Tours --attendees 80 --notes ''"
DATES = "--start-date '2031-06-04 18:00' --end-date '2031-06-04 23:00'"
LINES = {
    "undo": "undo --yes",
    "client create": "client create --full-name Bob --email {new} --phone 0612345678"
    " --company-name Marsh --sales-contact sophie",
    "client update": "client update kevin --phone 0612345678",
    "client transfer": "client transfer 1 2 samuel",
    "client delete": "client delete bob@marsh.example --yes",
    "client erase": "client erase 2 --reason asked --yes",
    "client log": "client log kevin 'Called back.'",
    "client import": "client import {clients}",
    "contract create": "contract create --client 2 --total-amount 10 --amount-due 5",
    "contract update": "contract update 1 --total-amount 77",
    "contract lose": "contract lose 6 7 --reason price",
    "contract reopen": "contract reopen 10",
    "contract cancel": "contract cancel 3 --reason off --keep 300",
    "contract refund": "contract refund 9 1 --reason late --keep-total",
    "contract delete": "contract delete 6 7 --yes",
    "contract sign": "contract sign 6 7",
    "contract unsign": "contract unsign 8 --reason mistake",
    "contract amend": "contract amend 2 7777 --reason 'more guests'",
    "contract pay": "contract pay 6 5",
    "contract reverse-payment": "contract reverse-payment 9 {payment} --reason mistake --yes",
    "contract import": "contract import {contracts}",
    "event create": f"event create --contract 2 {NEW_EVENT} {DATES}",
    "event update": "event update 1 --attendees 81",
    "event cancel": "event cancel 1 2 --reason rain",
    "event delete": "event delete 1 2 --yes",
    "event assign": "event assign 1 2 pauline --override 'one hotel'",
    "event unassign": "event unassign 1",
    "event note": "event note 1 'Ring twice'",
    "event import": "event import {events}",
    "task create": "task create 'Send the menu' --due tomorrow --client 2",
    "task update": "task update 1 --text 'Send both menus'",
    "task move": "task move 1 +7d",
    "task done": "task done 1",
    "task delete": "task delete 1 --yes",
    "user create": "user create --first-name Jo --last-name Roy --email jo@x.example --phone ''"
    " --role SALES",
    "user update": "user update samuel --phone 0612345678",
    "user deactivate": "user deactivate samuel petit",
    "user reactivate": "user reactivate jim@x.example",
    "user transfer": "user transfer sophie samuel --yes",
    "user delete": "user delete jim@x.example --yes",
    "user reset-password": "user reset-password sophie",
    "audit revoke": "audit revoke {session}",
    "db policy": "db policy --session-lifetime 12h --session-idle 30m",
    "db reset-password": "db reset-password sophie@epicevents.example",
}

TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
# When a session was last used is no change.
CONTENTS = """
SELECT md5(string_agg(kept, chr(10) ORDER BY kept))
FROM {} each, CAST(to_jsonb(each) - 'last_used_at' AS text) kept
"""


def run(workstation: Workstation, line: str) -> Ran:
    """Run a command line."""
    return workstation.run(*shlex.split(line))


def contents(workstation: Workstation) -> dict[str, str]:
    """Return a checksum of each table."""
    connection = workstation.database.owner()
    cursor = connection.cursor()
    cursor.execute(TABLES)
    found = {}
    for (table,) in cursor.fetchall():
        cursor.execute(SQL(CONTENTS).format(Identifier(table)))
        (found[table],) = cursor.fetchone() or ("",)
    connection.close()
    return found


@pytest.fixture(scope="module")
def busy_template(
    company_template: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """A company where there is something to do for every command."""
    database = Database(company_template)
    parameters = database.create()
    workstation = Workstation(database, tmp_path_factory.mktemp("home"))
    company = Company(database)
    workstation.be(company.sales)
    workstation.be(company.manager)
    for line in (
        LINES["client create"].format(new="bob@marsh.example"),
        "contract create --client 2 --total-amount 10 --amount-due 10",
        "contract create --client 2 --total-amount 10 --amount-due 10",
        "contract create --client 2 --total-amount 10 --amount-due 10 --signed",
        "contract create --client 2 --total-amount 10 --amount-due 10",
        "contract pay 9 4",
        "contract create --client 2 --total-amount 10 --amount-due 10",
        "contract lose 10 --reason date",
        "task create 'Send the menu' --due tomorrow",
        "user create --first-name Jim --last-name R --email jim@x.example --phone '' --role SALES",
        "user deactivate jim@x.example",
    ):
        run(workstation, line).done()
    yield parameters
    database.drop()


@pytest.fixture
def database(busy_template: dict[str, str]) -> Iterator[Database]:
    """A copy of that company, for one test."""
    database = Database(busy_template)
    database.create()
    yield database
    database.drop()


@pytest.fixture
def manager(workstation: Workstation, company: Company) -> Workstation:
    """A manager of that company, who may act as its database's owner too."""
    workstation.environ["EPICEVENTS_ADMIN_DATABASE_URL"] = url(workstation.database.admin)
    return workstation.be(company.manager)


def filled(manager: Workstation, line: str, directory: Path) -> str:
    """Return a command line with the files and ids that it speaks of."""
    files = {
        "clients": "full_name,email,phone,company_name,sales_contact\n"
        "Ann,ann@x.example,0612345678,Ann & Co,sophie@epicevents.example\n",
        "contracts": "client,total_amount\nkevin@startup.example,1200\n",
        "events": "contract,name,client_contact,start_date,end_date,location,attendees\n"
        "2,Gala,Kevin,2031-06-04 18:00,2031-06-04 23:00,Paris,30\n",
    }
    names: dict[str, object] = {"new": "rob@marsh.example"}
    for name, text in files.items():
        names[name] = directory / f"{name}.csv"
        (directory / f"{name}.csv").write_text(text, "utf-8")
    payment = run(manager, "contract payments 9 --json").done().json()[0]["id"]
    sessions = run(manager, "audit sessions --json --sort=id").done().json()
    return line.format(**names, payment=payment, session=sessions[0]["id"])


def test_every_write_is_in_the_table_and_has_the_option() -> None:
    writes = {
        path
        for path, command in every_command()
        if any("--dry-run" in param.opts for param in command.params)
    }
    assert writes - ELSEWHERE == LINES.keys() & {path for path, _command in every_command()}
    assert {path for path, _command in every_command()} - writes <= NO_RECORD | READING


@pytest.mark.parametrize("path", LINES)
def test_a_dry_run_keeps_nothing_that_the_command_writes(
    path: str, manager: Workstation, tmp_path: Path
) -> None:
    if path not in dict(every_command()):
        pytest.skip("not a command yet")
    line = filled(manager, LINES[path], tmp_path)
    before = contents(manager)
    tried = run(manager, f"{line} --dry-run").done()
    assert "nothing saved" in tried.err.lower()
    assert {name: was for name, was in contents(manager).items() if was != before[name]} == {}
    # The same line without the option writes, so that something was tried.
    run(manager, line).done()
    assert contents(manager) != before
