"""What waits in a thread of its own, so that Ctrl-C is heard; statements that it ends."""

import os
import signal
import threading
import time

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.waiting import PATIENCE

from crm.database.copying import copy_in
from crm.database.interruption import interruptible, open_interruptibly


def test_what_is_opened_is_returned() -> None:
    assert open_interruptibly(lambda: "open", lambda _found: None) == "open"


def test_what_an_attempt_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="closed"):
        open_interruptibly(lambda: int("closed"), lambda _found: None)


def test_after_ctrl_c_what_is_opened_late_is_closed() -> None:
    go_on, closed = threading.Event(), threading.Event()
    closing: list[str] = []

    def attempt() -> str:
        signal.raise_signal(signal.SIGINT)
        go_on.wait(PATIENCE)
        return "late"

    def close(found: str) -> None:
        closing.append(found)
        closed.set()

    with pytest.raises(KeyboardInterrupt):
        open_interruptibly(attempt, close)
    assert closing == []
    go_on.set()
    assert closed.wait(PATIENCE)
    assert closing == ["late"]


def test_in_another_thread_nothing_is_started() -> None:
    found: list[bool] = []

    def ask() -> None:
        here = threading.get_ident()
        found.append(open_interruptibly(threading.get_ident, lambda _found: None) == here)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(PATIENCE)
    assert found == [True]


def test_ctrl_c_ends_a_statement_at_once(owner: Connection) -> None:
    def press() -> None:
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), interruptible():
        owner.cursor().execute("SELECT pg_sleep(%s)", (2 * PATIENCE,))
    assert time.monotonic() - began < PATIENCE
    assert owner.closed


def test_a_statement_runs_and_fails_as_ever_while_it_can_be_interrupted(owner: Connection) -> None:
    with interruptible():
        owner.cursor().execute("CREATE TEMPORARY TABLE made AS SELECT 'x' AS a")
        with pytest.raises(psycopg2.DataError):
            owner.cursor().execute("SELECT 1 / 0")
    copy_in(owner, "COPY made FROM STDIN", [("y",)])
    cursor = owner.cursor()
    cursor.execute("SELECT a FROM made")
    assert cursor.fetchall() == [("x",), ("y",)]
