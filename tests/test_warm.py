"""A forked run of the program is no other than one that Python starts: it prints and ends alike."""

import os
import signal
from pathlib import Path

import pytest
from support import terminal, warm
from support.cli import REPOSITORY, Workstation, finish, interrupt
from support.company import Company
from support.database import Database

ENVIRON = {"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY), "LC_ALL": "C.UTF-8", "TERM": "dumb"}


@pytest.fixture
def manager(database: Database, company: Company, tmp_path: Path) -> Workstation:
    """The workstation of a manager who is logged in."""
    return Workstation(database, tmp_path).be(company.manager)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "client --help",
        "client list",
        "client list -o json",
        "client show 99",
        "client show 99 --json",
        "contract sign 1 --dry-run",
        "clent list",
        "whoami",
        "client list -S \udcff",
    ],
)
def test_into_pipes(manager: Workstation, line: str) -> None:
    words = line.split()
    assert manager.process(*words) == manager.process(*words, cold=True)


def test_what_is_piped_in_is_read(manager: Workstation) -> None:
    words = ("client", "update", "1", "--company", "-", "--dry-run")
    assert manager.process(*words, stdin="Café\n") == manager.process(
        *words, stdin="Café\n", cold=True
    )


@pytest.mark.parametrize("line", ["whoami", "client list", "contract delete 1"])
def test_in_a_terminal(manager: Workstation, line: str) -> None:
    command = [*warm.COLD, *line.split()]
    environ = ENVIRON | manager.environ
    assert warm.can_run(command, environ)
    said = []
    # Python reads the second as it starts, and finds there what it does anyway.
    for more in ({}, {"PYTHONUTF8": "1"}):
        child = terminal.spawn(command, environ | more, manager.directory, 100, 50)
        assert isinstance(child, warm.Spawn) is not bool(more)
        if "delete" in line:
            child.expect_exact("[y/N]")
            child.sendline("n")
        said.append(finish(child))
    assert said[0] == said[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_it(
    manager: Workstation, number: signal.Signals, request: pytest.FixtureRequest
) -> None:
    # Under nohup, what is started cold would inherit that nobody hears it.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    request.addfinalizer(lambda: signal.signal(signal.SIGHUP, before))
    command = [*warm.COLD, "contract", "delete", "1"]
    ended = []
    for more in ({}, {"PYTHONUTF8": "1"}):
        child = terminal.spawn(
            command, ENVIRON | manager.environ | more, manager.directory, 100, 50
        )
        child.expect_exact("[y/N]")
        ended.append(interrupt(child, number)[0])
    assert ended[0] == ended[1]


@pytest.mark.parametrize(
    "name", ["PYTHONWARNINGS", "PYTHONIOENCODING", "LC_ALL", "LANG", "LD_PRELOAD"]
)
def test_what_python_reads_as_it_starts_starts_it(name: str) -> None:
    assert warm.can_run(warm.COLD, ENVIRON)
    assert not warm.can_run(warm.COLD, ENVIRON | {name: "x"})
    assert not warm.can_run([*warm.COLD[:2], "tools"], ENVIRON)
