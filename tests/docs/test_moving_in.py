"""The page that moves a company in, run as it stands there."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import REPOSITORY, url
from support.database import Database

from crm.importing.nouns import NAMES

PAGE = (REPOSITORY / "docs" / "moving-in.md").read_text("utf-8")
PASSWORD = "trois petits chats, chapeau de paille"


@pytest.fixture
def company(template: dict[str, str]) -> Iterator[Database]:
    """A database that does not exist yet; ``init`` makes it."""
    database = Database(template, "moving_in")
    yield database
    database.drop()


@pytest.fixture
def environ(company: Database, tmp_path: Path) -> dict[str, str]:
    """A workstation with the program on its path, and the page's files below it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "epicevents"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m crm "$@"\n', "utf-8")
    program.chmod(0o755)
    (tmp_path / "docs").symlink_to(REPOSITORY / "docs")
    return {
        "PATH": f"{programs}:{os.defpath}",
        "PYTHONPATH": str(REPOSITORY),
        "LC_ALL": "C.UTF-8",
        "EPICEVENTS_HOME": str(tmp_path / "home"),
        "EPICEVENTS_DATABASE_URL": url(company.app),
        "EPICEVENTS_ADMIN_DATABASE_URL": url(company.admin),
        "EPICEVENTS_LANG": "en",
    }


def steps() -> list[tuple[str, list[str]]]:
    """Return each block of commands, and the lines that the page says they print."""
    blocks = re.findall(r"```sh\n(.*?)```\n(?:\n```text\n(.*?)```)?", PAGE, re.DOTALL)
    return [(commands, told.splitlines()) for commands, told in blocks]


def test_every_command_does_what_the_page_says(environ: dict[str, str], tmp_path: Path) -> None:
    assert len(steps()) > 10
    for commands, told in steps():
        done = subprocess.run(
            ["/bin/bash", "-euc", commands],
            input=f"{PASSWORD}\n{PASSWORD}\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env=environ,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}"
        for line in told:
            assert line in done.stdout.splitlines(), f"{commands}\n{done.stdout}"
    assert (tmp_path / "clients.xlsx").stat().st_size > 0


def test_the_page_says_what_its_commands_print() -> None:
    assert sum(1 for _commands, told in steps() if told) > 6


@pytest.mark.parametrize("noun", NAMES)
def test_the_page_names_every_column(noun: str) -> None:
    (line,) = (line for line in PAGE.splitlines() if line.startswith(f"| {noun}s "))
    assert set(re.findall("`([a-z_]+)`", line)) == set(NAMES[noun])
