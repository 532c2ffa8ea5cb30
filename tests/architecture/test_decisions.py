"""Each decision has a date, a status, its alternatives and references, and stands in the index."""

import datetime as dt
import re
from pathlib import Path

import pytest
from support.cli import REPOSITORY

FOLDER = REPOSITORY / "docs" / "adr"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))
SECTIONS = ["Context", "Decision", "Alternatives", "Consequences", "References"]

HEAD = re.compile(r"# (\d+)\. (.+)\n\n- Date: (.+)\n- Status: (.+)\n\n")


def head(page: Path) -> tuple[str, str, str, str]:
    """Return number, title, date and status of a decision."""
    found = HEAD.match(page.read_text("utf-8"))
    assert found, f"{page.name} does not begin with title, date and status"
    number, title, date, status = found.groups()
    return number, title, date, status


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(page.name[:4]) for page in PAGES]
    assert numbers == list(range(1, len(PAGES) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_decision_says_when_why_and_what_else_was_possible(page: Path) -> None:
    number, _title, date, status = head(page)
    assert int(number) == int(page.name[:4])
    dt.date.fromisoformat(date)
    assert re.fullmatch(r"accepted|superseded by decision \d+", status)
    assert re.findall(r"^## (.+)$", page.read_text("utf-8"), re.MULTILINE) == SECTIONS


def test_the_index_lists_every_decision() -> None:
    rows = []
    for page in PAGES:
        number, title, date, status = head(page)
        rows.append(f"| {number} | [{title}]({page.name}) | {date} | {status} |")
    index = (FOLDER / "README.md").read_text("utf-8")
    assert [line for line in index.splitlines() if re.match(r"\| \d", line)] == rows
