"""The page that moves a company in, run as it stands there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import pages
from support.cli import url
from support.database import Database

from crm.importing.nouns import NAMES

PAGE = pages.read("moving-in.md")
PASSWORD = "trois petits chats, chapeau de paille"


@pytest.fixture
def company(template: dict[str, str]) -> Iterator[Database]:
    """A database that does not exist yet; ``init`` makes it."""
    database = Database(template, "moving_in")
    yield database
    database.drop()


@pytest.mark.proof
def test_every_command_does_what_the_page_says(company: Database, tmp_path: Path) -> None:
    steps = pages.steps(PAGE)
    assert len(steps) > 10
    environ = pages.workstation(tmp_path) | {
        "EPICEVENTS_HOME": str(tmp_path / "home"),
        "EPICEVENTS_DATABASE_URL": url(company.app),
        "EPICEVENTS_ADMIN_DATABASE_URL": url(company.admin),
    }
    pages.follow(steps, environ, tmp_path, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert (tmp_path / "clients.xlsx").stat().st_size > 0


def test_the_page_says_what_its_commands_print() -> None:
    assert sum(1 for _commands, told in pages.steps(PAGE) if told) > 6


@pytest.mark.parametrize("noun", NAMES)
def test_the_page_names_every_column(noun: str) -> None:
    (line,) = (line for line in PAGE.splitlines() if line.startswith(f"| {noun}s "))
    assert set(re.findall("`([a-z_]+)`", line)) == set(NAMES[noun])
