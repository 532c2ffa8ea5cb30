"""The tutorial, run as it stands there, on the demo company of an embedded database."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from icalendar import Calendar
from support import pages
from support.cli import PASSWORD

PAGE = pages.read("tutorial.md")


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A machine on which nothing is set up yet; its server is stopped in the end."""
    # Short, because its server's socket lies below it.
    home = tempfile.mkdtemp(prefix="epicevents-")
    found = pages.workstation(tmp_path) | {"EPICEVENTS_HOME": home}
    # The server does not run as root, and finds its way by these.
    found |= {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
    yield found
    subprocess.run(
        ["epicevents", "db", "stop"], env=found, check=False, capture_output=True, timeout=60
    )
    shutil.rmtree(home)


@pytest.mark.proof
def test_a_customers_year_goes_as_the_page_says(environ: dict[str, str], tmp_path: Path) -> None:
    pages.follow(pages.steps(PAGE), environ, tmp_path, typed=f"{PASSWORD}\n")
    calendar = Calendar.from_ical((tmp_path / "ines.ics").read_text("utf-8"))
    assert "Mariage de Nora" in {str(event["SUMMARY"]) for event in calendar.walk("VEVENT")}
    assert json.loads((tmp_path / "nora.json").read_text("utf-8"))
    assert (tmp_path / "wedding.md").read_text("utf-8").startswith("# Mariage de Nora\n")


def test_the_page_says_what_its_commands_print() -> None:
    assert sum(1 for _commands, told in pages.steps(PAGE) if told) > 15
