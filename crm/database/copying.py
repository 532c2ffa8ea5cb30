"""Many rows at once, in and out."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812

_LINES = 1000  # that are sent together
_SPECIAL = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def copy_in(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Send ``rows`` to a ``COPY … FROM STDIN`` in PostgreSQL's text format and UTF-8.

    Whatever is raised while they are made, Ctrl-C too, is raised here.
    """
    source: Any = _Lines(rows)
    try:
        with connection.cursor() as cursor:
            cursor.copy_expert(statement, source)
    except psycopg2.Error:
        # The driver tells the server why it got no more, and raises that as an error of its own.
        if source.failure:
            raise source.failure from None
        raise


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


class _Lines:
    """Rows as a file that the driver reads, and what went wrong in making them."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._rows = iter(rows)
        self.failure: BaseException | None = None

    def read(self, _size: int = -1) -> bytes:
        try:
            lines = "".join(map(_line, islice(self._rows, _LINES)))
            return lines.encode(errors="replace")
        except BaseException as failure:
            self.failure = failure
            raise


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
