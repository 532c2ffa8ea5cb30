"""Waiting for what must happen: long, so that a busy machine makes a test slower and never red."""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 60.0  # seconds; only a test that fails takes them

_PAUSE = 0.01  # seconds between two looks

Found = TypeVar("Found")


def until(look: Callable[[], Found], what: str = "what was waited for") -> Found:
    """Look again and again; return what is found, once it is true. Fails after PATIENCE."""
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {PATIENCE:.0f} seconds")
        time.sleep(_PAUSE)
    return found
