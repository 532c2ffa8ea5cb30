"""What the process that takes a workbook apart is asked, and how it answers."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

BLANK = b"[]\n"  # the line of a row without values; a sheet may have a million of them

# By row: columns and the errors in them, or None where a cell shows hours.
Special = Mapping[int, Sequence[tuple[int, str | None]]]


class Failure(IntEnum):
    """Why a workbook cannot be read, as the exit status of the process."""

    # Other than 1 and 2, with which Python itself ends.
    DAMAGED = 10
    LOCKED = 11
    TOO_LARGE = 12
    ERRORS = 13


class Failed(Exception):
    """The workbook cannot be read; the first argument is the Failure."""


class Limits(NamedTuple):
    """What a workbook may take: bytes of memory, seconds of the processor, bytes unpacked.

    ``rows`` and ``columns`` are of a sheet, ``sheets`` of the workbook; sheets that have more are
    listed with their size and without their rows.
    """

    memory: int
    seconds: int
    unpacked: int
    rows: int
    columns: int
    sheets: int


class ListedSheet(NamedTuple):
    """A sheet: its name, its size, and where its rows begin in the output, if they are there."""

    name: str
    rows: int
    columns: int
    offset: int | None
