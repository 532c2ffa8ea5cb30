"""Many rows at once: whatever stops them, the connection and its transaction say so."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.waiting import PATIENCE

from crm.database import copying
from crm.domain.errors import InvalidValue

COPY = "COPY made (a, b, c, d) FROM STDIN (ENCODING 'UTF8')"


@pytest.fixture
def made(owner: Connection) -> Connection:
    """A connection with an empty table of four columns."""
    owner.cursor().execute("CREATE TEMPORARY TABLE made (a text, b numeric, c timestamp, d bool)")
    return owner


def stored(connection: Connection) -> list[Any]:
    cursor = connection.cursor()
    cursor.execute("SELECT * FROM made")
    return cursor.fetchall()


def test_every_value_arrives_as_it_was(made: Connection) -> None:
    moment = datetime.fromisoformat("2026-06-04 13:00:00.000001")
    rows = [
        ("a\tb\\n\n\r\\N\\.", Decimal("-1.50"), moment, True),
        (None, None, None, None),
        ("", 7, moment, False),
        ("é𝄞'\"", Decimal("1e3"), moment, None),
    ]
    copying.copy_in(made, COPY, rows * 700)
    assert stored(made) == rows * 700


def test_an_error_in_making_rows_is_that_error(made: Connection) -> None:
    def rows() -> Iterator[Sequence[Any]]:
        yield "a", 1, None, None
        raise InvalidValue("no")

    with pytest.raises(InvalidValue, match="no"):
        copying.copy_in(made, COPY, rows())
    assert stored(made) == []


def test_ctrl_c_in_making_rows_is_ctrl_c(made: Connection) -> None:
    def rows() -> Iterator[Sequence[Any]]:
        yield "a", 1, None, None
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            yield "b", 1, None, None

    with pytest.raises(KeyboardInterrupt):
        copying.copy_in(made, COPY, rows())
    assert stored(made) == []


def test_what_the_server_refuses_is_its_error(made: Connection) -> None:
    with pytest.raises(psycopg2.DataError):
        copying.copy_in(made, COPY, [("a", "many", None, None)])


def test_rows_are_handed_over_some_at_a_time(made: Connection) -> None:
    taken: list[Sequence[bytes]] = []
    copying.copy_out(made, "COPY (SELECT generate_series(1, 2500), 'é') TO STDOUT", taken.append)
    assert [len(rows) for rows in taken] == [1000, 1000, 500]
    assert taken[2][-1] == "2500\té\n".encode()


def test_who_takes_no_more_is_not_sent_the_rest(made: Connection) -> None:
    def refuse(_rows: Sequence[bytes]) -> None:
        raise BrokenPipeError

    began = time.monotonic()
    with pytest.raises(BrokenPipeError):
        copying.copy_out(made, "COPY (SELECT generate_series(1, 10000000000)) TO STDOUT", refuse)
    made.cursor().execute("SELECT 1")
    assert time.monotonic() - began < PATIENCE  # all of it would be hours
