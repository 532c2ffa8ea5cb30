"""Which test reaches which refusal: what the copy that ``support.refusals`` notes in calls."""

import os
from pathlib import Path

_known: set[tuple[int, str]] = set()


def reached(number: int) -> None:
    """Write down that the test that runs now has come to a refusal."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    file = os.environ.get("EPICEVENTS_TEST_REACHED")
    if test and file and (number, test) not in _known:
        _known.add((number, test))
        with Path(file).open("a", encoding="utf-8") as told:
            told.write(f"{number} {test}\n")
