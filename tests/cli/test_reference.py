"""The command reference says what the program says."""

import re

from support.commands import every_command

from crm.cli.help.topics import TOPICS
from tools.reference import REFERENCE, reference


def test_the_reference_is_current() -> None:
    written = REFERENCE.read_text("utf-8")
    assert written == reference(), "run: python -m tools.reference"


def test_it_has_every_command_and_topic() -> None:
    headings = set(re.findall(r"^#{3,4} epicevents (.*)$", reference(), re.MULTILINE))
    assert {path for path, _command in every_command()} <= headings
    assert {f"help {name}" for name in TOPICS} <= headings


def test_a_section_is_one() -> None:
    sections = re.findall(r"^## (.*)$", reference(), re.MULTILINE)
    assert len(sections) == len(set(sections)) > 4
