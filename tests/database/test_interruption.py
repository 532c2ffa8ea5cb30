"""What waits in a thread of its own, so that Ctrl-C is heard."""

import signal
import threading

import pytest
from support.waiting import PATIENCE

from crm.database.interruption import open_interruptibly


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
