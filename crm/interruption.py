"""Ctrl-C while the database works: the driver waits in C, where Python would see it too late."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class Cancelled(KeyboardInterrupt):
    """Ctrl-C has cancelled what the database was doing."""


@contextmanager
def cancelling(cancel: Callable[[], object]) -> Iterator[None]:
    """Let Ctrl-C ``cancel`` the statement that a connection runs. Raises Cancelled then.

    Signals reach the main thread alone; in any other this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard, told = os.pipe()
    os.set_blocking(told, False)
    before = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    listener = threading.Thread(target=_listen, args=(heard, cancel), daemon=True)
    listener.start()
    try:
        yield
    except KeyboardInterrupt:
        raise Cancelled from None
    finally:
        signal.set_wakeup_fd(before)
        os.close(told)
        # A request that is on its way must not meet what is run next.
        listener.join()
        os.close(heard)


def _listen(heard: int, cancel: Callable[[], object]) -> None:
    """Cancel at each SIGINT, until the other end is closed."""
    while signals := os.read(heard, 64):
        if signal.SIGINT in signals:
            with suppress(Exception):
                cancel()
