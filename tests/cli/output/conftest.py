"""Whole outputs, kept as files beside the tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

DIRECTORY = Path(__file__).parent / "expected"


@pytest.fixture
def expected() -> Callable[[str], str]:
    """Return the function that reads one; ``␛`` and ``x*10000`` stand for what they say."""

    def read(name: str) -> str:
        whole = (DIRECTORY / f"{name}.txt").read_text(encoding="utf-8")
        return whole.replace("␛", "\x1b").replace("x*10000", "x" * 10_000)

    return read
