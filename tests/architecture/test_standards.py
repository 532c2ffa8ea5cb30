"""The table of standards names requirements that exist, all of them, and tests that exist."""

import re
from itertools import chain

from support.cli import REPOSITORY

PAGE = (REPOSITORY / "docs" / "security.md").read_text("utf-8")
ASVS = PAGE.split("### OWASP ASVS 5.0.0, level 2\n")[1].split("\n### ")[0]
NIST = PAGE.split("### NIST SP 800-63B-4\n")[1].split("\n## ")[0]

# ASVS 5.0.0: how many requirements of each section are of level 1 or 2; they come first in each.
SECTIONS = {
    "V1.1": 2, "V1.2": 9, "V1.3": 11, "V1.4": 3, "V1.5": 2, "V2.1": 3, "V2.2": 3, "V2.3": 4,
    "V2.4": 1, "V5.1": 1, "V5.2": 3, "V5.3": 2, "V5.4": 3, "V6.1": 3, "V6.2": 12, "V6.3": 4,
    "V6.4": 4, "V6.5": 5, "V6.6": 3, "V6.8": 4, "V7.1": 3, "V7.2": 4, "V7.3": 2, "V7.4": 5,
    "V7.5": 2, "V7.6": 2, "V8.1": 2, "V8.2": 3, "V8.3": 1, "V8.4": 1, "V9.1": 3, "V9.2": 4,
    "V11.1": 2, "V11.2": 3, "V11.3": 3, "V11.4": 4, "V11.5": 1, "V11.6": 1, "V12.1": 3,
    "V12.2": 2, "V12.3": 4, "V13.1": 1, "V13.2": 5, "V13.3": 2, "V13.4": 5, "V14.1": 2,
    "V14.2": 4, "V14.3": 3, "V15.1": 3, "V15.2": 3, "V15.3": 7, "V16.1": 1, "V16.2": 5,
    "V16.3": 4, "V16.4": 3, "V16.5": 3,
}  # fmt: skip
REQUIREMENTS = [f"{section}.{n + 1}" for section, count in SECTIONS.items() for n in range(count)]


def rows(part: str) -> list[list[str]]:
    """Return the rows of the table in a part of the page, each as its cells."""
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def expand(text: str) -> list[str]:
    """Return the requirements that a text names, also those between ``A to B`` of one section."""
    found = []
    for first, last in re.findall(r"(V\d+\.\d+\.\d+)(?: to (V\d+\.\d+\.\d+))?", text):
        section, _dot, begin = first.rpartition(".")
        end = (last or first).rpartition(".")[2]
        found += [f"{section}.{n}" for n in range(int(begin), int(end) + 1)]
    return found


def test_every_requirement_of_the_level_is_answered_once() -> None:
    answered = list(chain.from_iterable(expand(cells[0]) for cells in rows(ASVS)))
    left_out = expand("\n".join(line for line in ASVS.splitlines() if not line.startswith("|")))
    named = answered + left_out
    assert [each for each in named if each not in REQUIREMENTS] == []
    assert [each for each in REQUIREMENTS if named.count(each) != 1] == []


def test_a_state_says_where_it_is_tried_or_what_is_missing() -> None:
    for cells in rows(ASVS) + rows(NIST):
        assert len(cells) == 5, cells
        _what, _asks, state, how, _tests = cells
        assert state in {"holds", "partly", "open", "no"}, cells
        assert how or state == "holds", cells
        if state == "open":
            assert re.search(r"\b12\.\d|issue 11, point \d", how), cells


def test_every_test_that_the_page_names_exists() -> None:
    existing = {path.stem for path in (REPOSITORY / "tests").rglob("test_*.py")}
    assert set(re.findall(r"`(test_[a-z_]+)`", PAGE)) - existing == set()
