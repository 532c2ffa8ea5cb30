"""Whole screens at 80 and 140 columns: what changes the look of the program is seen in review.

``make screens`` writes them anew.
"""

import shlex
from collections.abc import Iterator
from contextlib import chdir

import pytest
from support.cli import Workstation, finish
from support.company import Company
from support.database import Database
from support.screens import DIRECTORY, drawn, held_against
from support.showcase import furnish

from crm.database.transaction import connect

MANAGER, SALES, SUPPORT = Company.manager, Company.sales, Company.support

# File, who looks, command.
SCREENS = {
    "dashboard": (MANAGER, "dashboard"),
    "dashboard-sales": (SALES, "dashboard"),
    "dashboard-support": (SUPPORT, "dashboard"),
    "client-list": (MANAGER, "client list"),
    "client-list-cut": (MANAGER, "client list --limit 2"),
    "client-list-none": (SALES, "client list -S case --company lefevre"),
    "client-show": (SALES, "client show 5"),
    "client-show-own": (SALES, "client show 1"),
    "contract-list": (MANAGER, "contract list"),
    "contract-list-none": (MANAGER, "contract list --client 3 --unsigned --paid"),
    "event-list-none": (MANAGER, "event list --contract 3"),
    "audit-list": (MANAGER, "audit list --limit 3"),
    "undo": (MANAGER, "undo 8 --reason mistaken --dry-run"),
    "client-show-then": (SALES, "client show 1 --as-of today"),
    "history": (SALES, "history contract 6"),
    "contract-show": (MANAGER, "contract show 3"),
    "contract-payments": (MANAGER, "contract payments 3"),
    "event-list": (MANAGER, "event list"),
    "event-agenda": (MANAGER, "event agenda --from 2030-06-03 --to 2030-06-09"),
    "event-agenda-none": (MANAGER, "event agenda --from 2032-06-03 --to 2032-06-09"),
    "event-sheet": (SUPPORT, "event sheet 5"),
    "assign-suggest": (MANAGER, "event assign 4 --suggest"),
    "import-refused": (SALES, "client import clients.csv"),
    "import-partial": (SALES, "client import clients.csv --partial --dry-run"),
    "event-show": (SUPPORT, "event show 5"),
    "user-list": (MANAGER, "user list"),
    "user-show": (MANAGER, "user show 3"),
    "search": (SALES, "search s"),
    "search-none": (SALES, "search xyzzy"),
    "update": (SALES, "client update 1 --company-name Fêtes --dry-run"),
    "assign": (MANAGER, "event assign 2 5 --dry-run"),
    "denied": (SUPPORT, "contract sign 1"),
    "mistyped": (SALES, "client list -o tabel"),
    "mistaken": (SALES, "client lsit"),
    "ambiguous": (SALES, "client transfer 1 s"),
    "permissions": (SALES, "permissions"),
    "whoami": (SUPPORT, "whoami --can"),
    "help": (SALES, "help"),
    "help-command": (SALES, "help contract pay"),
    "help-topic": (SALES, "help output"),
}  # fmt: skip
CONFIRMED = "event-delete"
IN_COLOR = {"dashboard", "contract-list", "contract-show", "user-list", "denied"}


CLIENTS = """\
Nom complet;E-mail;Tél.;Société;Âge
Jean Dupont;jean@dupont.example;06 12 34 56 78;Dupont & Fils;40
Sans Téléphone;sans@x.example;#N/A;X;
Trop Long;personne;06;Société de gestion des réceptions du Val de Marne et des environs;
"""


@pytest.fixture(scope="module")
def showcase(
    template: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workstation]:
    """A workstation of a company that nobody changes."""
    database = Database(template)
    connection = connect(database.create())
    furnish(connection)
    connection.close()
    home = tmp_path_factory.mktemp("home")
    (home / "clients.csv").write_text(CLIENTS, "utf-8")
    with chdir(home):
        yield Workstation(database, home)
    database.drop()


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_as_it_was_reviewed(name: str, width: int, showcase: Workstation) -> None:
    who, command = SCREENS[name]
    sent = showcase.be(who).look(*shlex.split(command), width=width)
    shown, expected = held_against(f"{name}-{width}", f"epicevents {command}", drawn(sent, width))
    assert shown == expected


@pytest.mark.parametrize("name", sorted(IN_COLOR))
def test_colour_is_as_it_was_reviewed(name: str, showcase: Workstation) -> None:
    who, command = SCREENS[name]
    sent = showcase.be(who).look(*shlex.split(command), width=80, color=True)
    shown, expected = held_against(
        f"{name}-color", f"epicevents {command}", sent.replace("\x1b", "␛")
    )
    assert shown == expected
    assert drawn(sent, 80) == drawn(showcase.look(*shlex.split(command), width=80), 80)


@pytest.mark.parametrize("width", [80, 140])
def test_what_is_to_be_confirmed_is_as_it_was_reviewed(width: int, showcase: Workstation) -> None:
    with showcase.be(MANAGER).terminal("event", "delete", "4", width=width) as child:
        child.expect_exact("[y/N]: ")
        sent = (child.before or "") + "[y/N]: "
        child.sendline("n")
        said = finish(child)[1]
    name, whole = f"{CONFIRMED}-{width}", sent.replace("\r\n", "\n") + said
    shown, expected = held_against(name, "epicevents event delete 4", drawn(whole, width))
    assert shown == expected


def test_every_file_is_the_screen_of_a_command() -> None:
    names = {f"{name}-{width}.txt" for name in (*SCREENS, CONFIRMED) for width in (80, 140)}
    names |= {f"{name}-color.txt" for name in IN_COLOR}
    assert {path.name for path in DIRECTORY.iterdir()} == names
