"""Who imports whom, and what a command does not import."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.cli import REPOSITORY, Workstation
from support.company import Company
from support.database import Database

Program = Callable[..., set[str]]

# What a command that only reads may import, beside the standard library.
READ = {"click", "crm", "jwt", "psycopg2"}

# Of the standard library, what takes as long as Click; not all of it is ours to leave out.
SLOW = {"asyncio", "email", "http.client", "importlib.metadata", "logging", "ssl", "unittest"}

# Of our own, what only asks or writes: reading, help and completion do without.
LATER = {
    f"crm.cli.{name}"
    for name in (
        "asking.answers", "asking.nouns", "asking.picks", "asking.prompts", "asking.questions",
        "writing.deleting", "writing.edits", "writing.handover", "writing.importing",
        "writing.leaving", "writing.one_time_password", "writing.outcome", "writing.sessions",
        "writing.setup", "writing.updating",
    )
}  # fmt: skip


# Runs the program and says, as the last line of its stderr, what that has imported.
WATCHED = """
import atexit, runpy, sys
known = set(sys.modules)
atexit.register(lambda: print(*set(sys.modules) - known, file=sys.stderr))
runpy.run_module("crm", run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Return what running the program imports that Python's own start does not."""

    def run(*args: str, **environ: str) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, *args],
            env={"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY), **environ},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        *said, loaded = done.stderr.splitlines()
        assert done.returncode == 0, said
        return set(loaded.split())

    return run


def packages(modules: set[str]) -> set[str]:
    """Return what of the modules the standard library does not bring along."""
    foreign = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names
    return {name for name in foreign if not name.startswith("_sysconfigdata")}


@pytest.fixture
def as_user(database: Database, tmp_path: Path, program: Program) -> Callable[..., set[str]]:
    """Return the same for somebody who is logged in."""
    workstation = Workstation(database, tmp_path)

    def run(user_id: int, command: str) -> set[str]:
        return program(*command.split(), **workstation.be(user_id).environ)

    return run


def test_imports_go_in_one_direction() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint_imports, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "",
        "--help",
        "--version",
        *(f"{noun} --help" for noun in ("client", "contract", "event", "user", "db")),
        "client list --help",
    ],
)
def test_help_and_version_cost_what_click_costs(command: str, program: Program) -> None:
    found = program(*command.split())
    assert packages(found) <= {"click", "crm"}
    assert not found & (SLOW | LATER | {"dataclasses", "decimal", "pathlib", "shutil"})


def test_the_help_of_all_loads_no_command(program: Program) -> None:
    assert not [name for name in program("--help") if name.startswith("crm.cli.commands.")]


@pytest.mark.parametrize(
    "words",
    ["epicevents ", "epicevents client ", "epicevents client update --"],
)
def test_completion_costs_what_click_costs(words: str, program: Program) -> None:
    at = str(words.count(" "))
    found = program(_EPICEVENTS_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=at)
    assert packages(found) <= {"click", "crm"}
    assert not found & (SLOW | LATER | {"dataclasses", "decimal", "pathlib", "shutil"})


# The phone numbers in them are French: those of other countries take the numbering plans of all.
LISTINGS = ["client list -S lefe", "contract list", "event list", "user list"]
RECORDS = ["client show 1", "contract show 3", "event show 1", "user show me"]


@pytest.mark.parametrize("command", LISTINGS)
def test_a_listing_imports_of_rich_what_measures_text(
    command: str, as_user: Callable[..., set[str]], company: Company
) -> None:
    found = as_user(company.sales, command)
    assert packages(found) <= READ | {"rich"}
    assert not found & ({"rich.console", "rich.table", "rich.text", "dataclasses"} | LATER)
    commands = {name for name in found if name.startswith("crm.cli.commands.")}
    noun = f"crm.cli.commands.{command.split()[0]}"
    assert commands == {noun, f"{noun}.list"}


@pytest.mark.parametrize("command", [*RECORDS, "dashboard", "search lefe", "whoami"])
def test_a_read_never_imports_what_writing_needs(
    command: str, as_user: Callable[..., set[str]], company: Company
) -> None:
    found = as_user(company.sales, command)
    assert packages(found) <= READ | {"rich"}
    assert not found & LATER


@pytest.mark.parametrize("command", LISTINGS + RECORDS)
def test_a_read_for_a_machine_does_without_rich_too(
    command: str, as_user: Callable[..., set[str]], company: Company
) -> None:
    assert packages(as_user(company.sales, f"{command} -o json")) <= READ


def test_a_write_is_what_pays_for_sqlalchemy(
    as_user: Callable[..., set[str]], company: Company
) -> None:
    found = packages(as_user(company.manager, "contract delete 1 --yes --dry-run"))
    assert "sqlalchemy" in found
    assert not found & {"alembic", "argon2", "email_validator", "phonenumbers", "zxcvbn"}
