"""The program, forked from a process that has imported it: what ``support.warm`` runs.

Run as ``python -m support.forking SOCKET``. Each connection to the socket asks for one run of the
program and hands over its terminal, or its three streams; it is told the process's number, and at
the end how it ended. It serves until its standard input is closed.
"""

# ruff: noqa: SIM115  what it opens stays open

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
import time
from pathlib import Path
from typing import Any, NoReturn

LONGEST_REQUEST = 1_000_000  # bytes
NUMBER = struct.Struct("=q")  # a process's number, and then its status as os.waitpid gives it
# Started from a terminal of its own, what it holds depends on that: the program imports it itself.
LEFT_ALONE = ("readline",)


def main() -> None:
    """Import the program, and fork it for everybody who asks."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen(8)
        _import_everything()
        # Nobody waits for those who attend to a run, and nobody interrupts us but by closing stdin.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.write(1, b"ready\n")
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            connection, _address = listener.accept()
            if os.fork() == 0:
                listener.close()
                _attend(connection)
            connection.close()


def _import_everything() -> None:
    import crm

    for module in pkgutil.walk_packages(crm.__path__, "crm."):
        if not module.name.startswith("crm.migrations"):
            importlib.import_module(module.name)
    for name in LEFT_ALONE:
        assert name not in sys.modules, name
    gc.collect()
    gc.freeze()


def _attend(connection: socket.socket) -> NoReturn:
    """Fork the program, and tell who asked its number and its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    said, handed, _flags, _address = socket.recv_fds(connection, LONGEST_REQUEST, 3)
    while not said.endswith(b"\n"):
        said += connection.recv(LONGEST_REQUEST)
    pid = os.fork()
    if pid == 0:
        connection.close()
        _run(json.loads(said), handed)
    for descriptor in handed:
        os.close(descriptor)
    connection.sendall(NUMBER.pack(pid))
    _pid, status = os.waitpid(pid, 0)
    connection.sendall(NUMBER.pack(status))
    os._exit(0)


def _run(request: dict[str, Any], handed: list[int]) -> NoReturn:
    """Become the program, as ``python -m crm`` does."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
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
    crm.__main__.main()
    raise SystemExit


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
