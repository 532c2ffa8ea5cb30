"""Every example of every command, run in the demo company: what help shows can be typed."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from support.cli import PASSWORD, Ran, Workstation, url
from support.commands import arguments, command_lines, every_command
from support.database import Database
from support.files import Sheet, workbook

from crm.database.transaction import Transaction
from crm.demo import company

MANAGER, SALES, SUPPORT = 1, 3, 9

# They set up, stop, save or replace a whole database, which tests of their own do.
NOT_HERE = {"demo", "init", "join", "db start", "db stop", "db backup", "db check", "db restore"}
# These ask for what is not given, and here nobody answers.
ASKING = {
    "epicevents client update 12",
    "epicevents event create --contract 12",
    "epicevents event update 40",
    "epicevents task create",
    "epicevents task update 12",
    "epicevents user create",
    "epicevents user update sales3@epicevents.example",
}
# These name what the demo does not have.
ABSENT = {'epicevents undo 123 --reason "paid by another client" --yes'}
# What is run before, where the demo has nothing of the kind.
BEFORE = {
    "contract unsign": "contract sign 5",
    "audit revoke": "audit sessions",
    "undo": "client update 12 --phone 0612345678",
    "view run": "view save late contract list --unpaid",
    "view delete": "view save late contract list --unpaid",
}
# What is typed, or handed over by `< FILE`.
TYPED = {
    "login": f"{PASSWORD}\n",
    "password": f"{PASSWORD}\nun-autre-pont-de-paris\nun-autre-pont-de-paris\n",
    "client create": "sales2@epicevents.example\n",
}
HANDED = {
    "password.txt": f"{PASSWORD}\n",
    "both-passwords.txt": f"un-autre-pont-de-paris\n{PASSWORD}\n",
    "morning.txt": "dashboard\nevent list --period week\n",
    "menu.txt": "Entrée: asperges\n",
    "email.txt": "Entrée: asperges\n",
}
IMPORTED = {
    "clients": [
        ["Nom complet", "email", "phone", "company_name", "sales_contact"],
        [
            "Kevin Casey",
            "kevin@startup.example",
            "+67812345678",
            "Cool Startup LLC",
            "sales@epicevents.example",
        ],
    ],
    "contracts": [["client", "total_amount"], ["kevin.besnard@terremer.example", "1200"]],
    "events": [
        ["contract", "name", "client_contact", "start_date", "end_date", "location", "attendees"],
        ["1", "Gala", "Kevin", "2031-06-04 18:00", "2031-06-04 23:00", "Paris", "30"],
    ],
}


@pytest.fixture(scope="module")
def demo_template(template: dict[str, str]) -> Iterator[dict[str, str]]:
    """A database with the demo company."""
    database = Database(template, template["dbname"].replace("empty", "demo"))
    parameters = database.create()
    owner = database.owner()
    company.fill_demo(Transaction(owner, None), company.Size(), "Europe/Paris")
    owner.close()
    yield parameters
    database.drop()


@pytest.fixture
def workstation(
    demo_template: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workstation]:
    """A workstation of a copy of the demo, and of its administrator, with files to read."""
    database = Database(demo_template)
    database.create()
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    for name, rows in IMPORTED.items():
        lines = "".join(",".join(row) + "\n" for row in rows)
        (tmp_path / f"{name}.csv").write_text(lines, "utf-8")
        workbook(tmp_path, Sheet("2026", rows)).rename(tmp_path / f"{name}.xlsx")
    monkeypatch.chdir(tmp_path)
    workstation = Workstation(database, home)
    workstation.environ["EPICEVENTS_ADMIN_DATABASE_URL"] = url(database.admin)
    yield workstation
    database.drop()


def examples() -> dict[str, tuple[click.Command, list[str]]]:
    found = {}
    for path, command in every_command():
        found[path] = (command, command_lines(inspect.cleandoc(command.help or "")))
    return found


EXAMPLES = examples()


def who_runs(path: str, words: list[str]) -> int:
    """Whoever has something that is theirs, else a manager."""
    if "--mine" not in words:
        return MANAGER
    return SUPPORT if path.startswith("event") else SALES


def run(workstation: Workstation, path: str, line: str) -> Ran:
    words = arguments(line)
    _before, _redirected, file = line.partition(" < ")
    command, _lines = EXAMPLES[path]
    asks = any("--yes" in param.opts for param in command.params)
    if asks and not {"-y", "--yes"} & set(words):
        words.insert(len(path.split()), "--yes")
    return workstation.run(*words, stdin=HANDED[file] if file else TYPED.get(path, ""))


@pytest.mark.parametrize("path", sorted(EXAMPLES.keys() - NOT_HERE))
def test_the_examples_of_a_command_work(path: str, workstation: Workstation) -> None:
    _command, lines = EXAMPLES[path]
    if path in BEFORE:
        workstation.be(MANAGER).run(*BEFORE[path].split()).done()
    wrong = []
    for line in lines:
        workstation.be(who_runs(path, arguments(line)))
        ran = run(workstation, path, line)
        if ran.status != (2 if line in ASKING else 3 if line in ABSENT else 0):
            wrong.append(f"{line}: {ran.status} {ran.err}")
    assert wrong == []


def test_nothing_is_excepted_that_there_is_not() -> None:
    assert NOT_HERE | BEFORE.keys() | TYPED.keys() <= EXAMPLES.keys()
    assert {line for _command, lines in EXAMPLES.values() for line in lines} >= ASKING
