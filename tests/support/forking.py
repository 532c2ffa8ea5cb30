"""The program, forked from a process that has imported it: what ``support.warm`` runs.

Run as ``python -m support.forking SOCKET``. Each connection to the socket asks for one run of the
program and hands over its terminal, or its three streams; it is told the process's number, and at
the end how it ended. It serves until its standard input is closed.
"""

# ruff: noqa: SIM115  what it opens stays open

import atexit
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

LONGEST_REQUEST = 1_000_000  # bytes
NUMBER = struct.Struct("=q")  # a process's number, and then its status as os.waitpid gives it
# Started from a terminal of its own, what it holds depends on that: the program imports it itself.
LEFT_ALONE = ("readline",)
# What the program imports where it needs it, and takes long.
ON_DEMAND = (
    "argon2", "email_validator", "phonenumbers", "psycopg2.extras",
    "rich.console", "rich.progress", "rich.table", "rich.text",
    "sqlalchemy.dialects.postgresql.psycopg2", "stdnum.eu.vat", "stdnum.fr.siret", "zoneinfo",
)  # fmt: skip


def main() -> None:
    """Import the program, and fork it for everybody who asks."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen(64)
        _import_everything()
        # Nobody interrupts us but by closing our standard input.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.write(1, b"ready\n")
        _serve(listener)


def _serve(listener: socket.socket) -> None:
    """Fork for each who connects, and tell them how it has ended, until our input is closed."""
    waking, woken = socket.socketpair()
    for each in (waking, woken):
        each.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken.fileno())
    asking: dict[int, socket.socket] = {}
    while sys.stdin not in (ready := select.select([listener, sys.stdin, waking], [], [])[0]):
        if listener in ready:
            connection, _address = listener.accept()
            request, handed = _read(connection)
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for inherited in (listener, waking, woken, connection, *asking.values()):
                    inherited.close()
                _run(request, handed)
            for descriptor in handed:
                os.close(descriptor)
            asking[pid] = connection
            _tell(connection, pid)
        if waking in ready:
            waking.recv(LONGEST_REQUEST)
            for pid, status in _reap():
                with asking.pop(pid) as connection:
                    _tell(connection, status)


def _read(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Return a request, and the terminal or streams that are handed over with it."""
    said, handed, _flags, _address = socket.recv_fds(connection, LONGEST_REQUEST, 3)
    while not said.endswith(b"\n"):
        said += connection.recv(LONGEST_REQUEST)
    return json.loads(said), handed


def _tell(connection: socket.socket, number: int) -> None:
    with suppress(OSError):  # who asked has gone
        connection.sendall(NUMBER.pack(number))


def _reap() -> Iterator[tuple[int, int]]:
    """Yield the number and status of each run that has ended."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            yield ended


def _import_everything() -> None:
    import crm

    for module in pkgutil.walk_packages(crm.__path__, "crm."):
        if not module.name.startswith("crm.migrations"):
            importlib.import_module(module.name)
    for name in ON_DEMAND:
        importlib.import_module(name)
    for name in LEFT_ALONE:
        assert name not in sys.modules, name
    importlib.import_module("sqlalchemy.orm").configure_mappers()  # as the first write does
    gc.collect()
    gc.freeze()


def _run(request: dict[str, Any], handed: list[int]) -> NoReturn:
    """Become the program, as ``python -m crm`` does."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which nohup before the tests would ignore
    if len(handed) == 1:
        os.login_tty(handed[0])
    else:
        for descriptor, ours in zip(handed, (0, 1, 2), strict=True):
            os.dup2(descriptor, ours)
            os.close(descriptor)
    os.chdir(request["directory"])
    os.environ.clear()
    os.environ.update(request["environ"])
    time.tzset()
    _open_streams()
    import crm.__main__

    sys.argv = [str(Path(crm.__main__.__file__)), *request["arguments"]]
    try:
        crm.__main__.main()
    except SystemExit as ended:
        _end(ended)
    raise SystemExit


def _end(ended: SystemExit) -> None:
    """End at once where all that Python still has to do is to take its modules apart.

    That takes longer than most runs. All else is done: other threads end, what was registered for
    the end is called, what is printed is written. Where that fails, return, so that Python says so.
    """
    assert isinstance(ended.code, int)
    threading._shutdown()  # type: ignore[attr-defined]  # as Python calls it
    atexit._run_exitfuncs()
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended.code)


def _open_streams() -> None:
    """Open the streams as Python does when it starts without a locale, or in that of C."""
    if "LC_ALL" not in os.environ:
        os.environ["LC_CTYPE"] = "C.UTF-8"
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stderr = open(
        2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False
    )


if __name__ == "__main__":
    main()
