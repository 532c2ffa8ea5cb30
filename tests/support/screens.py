"""Whole screens, as a terminal shows what it was sent, held against files."""

import os
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyte

DIRECTORY = Path(__file__).parents[1] / "cli" / "screens"
# `make screens` sets it, to write the files anew.
WRITE = "EPICEVENTS_TEST_WRITE_SCREENS"

_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_MOMENT = re.compile(rf"((?:{_DAYS}) )?(\d{{4}}-\d\d-\d\d)(?: (\d\d:\d\d))?")


def drawn(sent: str, width: int) -> str:
    """Return the screen that a terminal of ``width`` columns shows after what it was sent."""
    screen = pyte.Screen(width, 200)
    pyte.Stream(screen).feed(sent.replace("\n", "\r\n"))
    return "\n".join(line.rstrip() for line in screen.display).rstrip() + "\n"


def timeless(screen: str) -> str:
    """Return a screen with letters for the moments around now, in as many columns.

    Every other date is the company's, and stays.
    """
    today = datetime.now(ZoneInfo("Europe/Paris")).date()

    def replaced(found: re.Match[str]) -> str:
        weekday, day, time = found.groups()
        if abs(date.fromisoformat(day) - today) > timedelta(days=1):
            return found[0]
        return ("Weekday " if weekday else "") + "YYYY-MM-DD" + (" hh:mm" if time else "")

    return _MOMENT.sub(replaced, screen)


def held_against(name: str, command: str, shown: str) -> tuple[str, str]:
    """Return what is shown and what the file ``name`` says should be; or write the file."""
    path = DIRECTORY / f"{name}.txt"
    whole = f"$ {command}\n{timeless(shown)}"
    if os.environ.get(WRITE):
        DIRECTORY.mkdir(exist_ok=True)
        path.write_text(whole, "utf-8")
    return whole, path.read_text("utf-8") if path.exists() else ""
