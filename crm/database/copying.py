"""Many rows at once, in and out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  a class
from psycopg2.extensions import get_wait_callback, set_wait_callback

_LINES = 1000  # that are sent together
_SPECIAL = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def copy_in(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Send ``rows`` to a ``COPY … FROM STDIN`` in PostgreSQL's text format and UTF-8.

    Whatever is raised while they are made, Ctrl-C too, is raised here.
    """
    send_bytes(connection, statement, _encode(rows))


def send_bytes(connection: Connection, statement: str, pieces: Iterator[bytes]) -> None:
    """Send what is in PostgreSQL's text format already; otherwise as :func:`copy_in`."""
    source: Any = _Pieces(pieces)
    callback = get_wait_callback()
    set_wait_callback(None)  # the driver copies without one only; Ctrl-C is seen between pieces
    try:
        with connection.cursor() as cursor:
            cursor.copy_expert(statement, source)
    except psycopg2.Error:
        # The driver tells the server why it got no more, and raises that as an error of its own.
        if source.failure:
            raise source.failure from None
        raise
    finally:
        set_wait_callback(callback)


def copy_out(
    connection: Connection, statement: str, take: Callable[[Sequence[bytes]], None]
) -> None:
    """Hand over what a ``COPY … TO STDOUT`` sends: a thousand rows at a time, with line ends.

    When ``take`` raises, the server is told to stop.
    """
    rows = _Rows(take)
    try:
        with connection.cursor() as cursor:
            cursor.copy_expert(statement, rows)
            rows.flush()
    except BaseException:
        # Or the rest of what may be a million rows would be received before the next statement.
        with suppress(psycopg2.Error):
            connection.cancel()
        raise


class _Rows:
    """A file that the driver writes rows to."""

    def __init__(self, take: Callable[[Sequence[bytes]], None]) -> None:
        self._take = take
        self._rows: list[bytes] = []

    def write(self, row: bytes) -> None:
        self._rows.append(row)
        if len(self._rows) >= _LINES:
            self.flush()

    def flush(self) -> None:
        rows, self._rows = self._rows, []
        self._take(rows)


class _Pieces:
    """A file that the driver reads, and what went wrong in making its pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.failure: BaseException | None = None

    def read(self, _size: int = -1) -> bytes:
        try:
            return next(self._pieces, b"")
        except BaseException as failure:
            # The driver replaces it by an error of its own, which says nothing of the cause.
            self.failure = failure
            raise


def _encode(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    left = iter(rows)
    while lines := "".join(map(_line, islice(left, _LINES))):
        yield lines.encode(errors="replace")


def _line(row: Sequence[Any]) -> str:
    return "\t".join(map(_cell, row)) + "\n"


def _cell(value: Any) -> str:
    match value:
        case str():
            return value.translate(_SPECIAL) if _needs_escape(value) else value
        case None:
            return r"\N"
        case datetime():
            return value.isoformat()
        case _:
            return str(value)


def _needs_escape(text: str) -> bool:
    return "\\" in text or "\n" in text or "\t" in text or "\r" in text
