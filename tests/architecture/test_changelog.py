"""The changelog is ordered by version and kind, and its newest version is the program's."""

import datetime as dt
import re
from itertools import pairwise

from support.cli import REPOSITORY

from crm import __version__

CHANGELOG = (REPOSITORY / "CHANGELOG.md").read_text("utf-8")
KINDS = ("Breaking changes", "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


def versions() -> list[tuple[str, str, str]]:
    """Return number, date and text of each version, the newest first."""
    parts = re.split(r"^## \[(\d+\.\d+\.\d+)\] - (.+)\n", CHANGELOG, flags=re.MULTILINE)
    return list(zip(parts[1::3], parts[2::3], parts[3::3], strict=True))


def test_every_second_heading_is_a_version_with_its_date() -> None:
    assert CHANGELOG.count("\n## ") == len(versions())


def test_the_newest_version_is_the_programs() -> None:
    assert versions()[0][0] == __version__


def test_versions_and_their_dates_descend() -> None:
    numbers = [tuple(map(int, number.split("."))) for number, _date, _text in versions()]
    assert numbers == sorted(set(numbers), reverse=True)
    dates = [date for _number, date, _text in versions()]
    released = [dt.date.fromisoformat(date) for date in dates if date != "Unreleased"]
    assert all(newer >= older for newer, older in pairwise(released))
    assert "Unreleased" not in dates[1:]


def test_each_version_lists_its_changes_by_kind_with_breaking_changes_first() -> None:
    for number, _date, text in versions():
        kinds = re.findall(r"^### (.+)$", text, re.MULTILINE)
        assert kinds == [kind for kind in KINDS if kind in kinds], number
        sections = re.split(r"^### .+\n", text, flags=re.MULTILINE)[1:]
        assert kinds, number
        assert all(re.search(r"^- ", each, re.MULTILINE) for each in sections), number
