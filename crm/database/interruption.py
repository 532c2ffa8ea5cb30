"""Ctrl-C while the database works or does not answer: the driver waits in C, where Python would see
it too late.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from psycopg2.extensions import POLL_OK, POLL_READ, set_wait_callback

Opened = TypeVar("Opened")

HEARD = 0.1  # seconds after which a signal is seen that another thread has caught


class Cancelled(KeyboardInterrupt):
    """Ctrl-C has cancelled what the database was doing."""


def open_interruptibly(attempt: Callable[[], Opened], close: Callable[[Opened], object]) -> Opened:
    """Return what ``attempt`` opens in a thread of its own, so that Ctrl-C ends the wait at once.

    What is opened after that is closed. Raises what ``attempt`` raises, and KeyboardInterrupt.
    """
    # Only the main thread is told of Ctrl-C; others wait for it anyway.
    if threading.current_thread() is not threading.main_thread():
        return attempt()
    made: list[Opened] = []
    failed: list[BaseException] = []
    given_up, lock, done = threading.Event(), threading.Lock(), threading.Event()

    def run() -> None:
        try:
            found = attempt()
        except BaseException as error:
            # Raised again in the thread that waits, which alone can answer it.
            failed.append(error)
        else:
            with lock:
                if given_up.is_set():
                    close(found)
                made.append(found)
        done.set()

    try:
        threading.Thread(target=run, daemon=True).start()
        while not done.wait(HEARD):
            pass
    except KeyboardInterrupt:
        # The attempt goes on and cannot be stopped. Under the lock either it sees that nobody
        # waits, or what it has opened is seen here.
        with lock:
            given_up.set()
            for late in made:
                close(late)
        raise
    if failed:
        raise failed[0]
    return made[0]


@contextmanager
def cancel_on_interrupt(cancel: Callable[[], object]) -> Iterator[None]:
    """Let Ctrl-C ``cancel`` the statement that a connection runs. Raises Cancelled then.

    Signals reach the main thread alone; in any other this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard, told = os.pipe()
    os.set_blocking(told, False)
    # Python writes the number of each signal into this pipe as it comes, even while the driver
    # waits in C and no handler can run.
    before = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    listener = threading.Thread(target=_listen, args=(heard, cancel), daemon=True)
    listener.start()
    try:
        yield
    except KeyboardInterrupt:
        # The main module tells it from a Ctrl-C at a question.
        raise Cancelled from None
    finally:
        signal.set_wakeup_fd(before)
        os.close(told)
        # A request that is on its way must not meet what is run next.
        listener.join()
        os.close(heard)


def _listen(heard: int, cancel: Callable[[], object]) -> None:
    """Cancel at each SIGINT, until the other end is closed."""
    while signals := os.read(heard, 64):  # signals; more that wait are read next
        if signal.SIGINT in signals:
            # A connection that has gone needs no cancelling, and an error here would end the
            # thread.
            with suppress(Exception):
                cancel()


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end a statement outside of our transactions, such as those of a migration.

    The connection is then of no more use.
    """
    set_wait_callback(_wait)
    try:
        yield
    finally:
        set_wait_callback(None)


def _wait(connection: Any) -> None:
    from select import select

    try:
        while (state := connection.poll()) != POLL_OK:
            ready = [connection.fileno()]
            select(*((ready, [], []) if state == POLL_READ else ([], ready, [])))
    except KeyboardInterrupt:
        # Tells the server only. The statement's error, if it comes at all, is of no interest.
        connection.cancel()
        raise
