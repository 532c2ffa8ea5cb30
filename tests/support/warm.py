"""The program in a process of its own, without waiting each time until it is imported.

Starting Python and importing the program takes most of the time of a test in a terminal. So one
process imports it once, and is forked for each run (``support.forking``). What runs then is a
process like any other, in a terminal of its own; only that everything is imported already. Tests of
starting itself start it cold, with ``sys.executable``.
"""

import atexit
import fcntl
import json
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path

import pexpect
from ptyprocess import PtyProcess
from support.forking import NUMBER

REPOSITORY = Path(__file__).parents[2]
COLD = [sys.executable, "-m", "crm"]
# Python itself reads these as it starts.
READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_")
AS_EVER = {"PYTHONPATH": str(REPOSITORY), "LC_ALL": "C.UTF-8"}


def can_run(command: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether a command is the program, in an environment in which Python starts as it did here."""
    return list(command[:3]) == COLD and not any(
        name.startswith(READ_AT_START) and AS_EVER.get(name) != value
        for name, value in environ.items()
    )


class Run:
    """A run of the program: its process, and how it ended once it has."""

    def __init__(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        directory: Path,
        streams: Sequence[int],
    ) -> None:
        """Start it; ``streams`` is its terminal, or its standard input, output and errors."""
        request = {
            "arguments": list(arguments),
            "environ": dict(environ),
            "directory": str(directory),
        }
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(_forker())
        socket.send_fds(self._connection, [json.dumps(request).encode() + b"\n"], streams)
        self.pid = self._read()

    def poll(self) -> int | None:
        """Return the status as ``os.waitpid`` gives it, nothing while it runs."""
        return self.wait() if select.select([self._connection], [], [], 0)[0] else None

    def wait(self) -> int:
        """Wait until it has ended; return the status as ``os.waitpid`` gives it."""
        status = self._read()
        self._connection.close()
        return status

    def _read(self) -> int:
        said = self._connection.recv(NUMBER.size, socket.MSG_WAITALL)
        number: int = NUMBER.unpack(said)[0]
        return number


class _Terminal(PtyProcess):  # type: ignore[misc]
    """The terminal of a run, which is no child of ours: somebody else waits for its end."""

    def __init__(self, run: Run, descriptor: int) -> None:
        super().__init__(run.pid, descriptor)
        self._run = run

    def isalive(self) -> bool:
        if not self.terminated:
            status = self._run.wait() if self.flag_eof else self._run.poll()
            if status is not None:
                self._end(status)
        return not self.terminated

    def wait(self) -> int | None:
        if not self.terminated:
            self._end(self._run.wait())
        return self.exitstatus

    def _end(self, status: int) -> None:
        self.status, self.terminated = status, True
        self.exitstatus = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        self.signalstatus = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None


class Spawn(pexpect.spawn):  # type: ignore[type-arg]  # it takes none when it runs
    """The program in a terminal of its own."""

    def _spawnpty(
        self,
        args: Sequence[bytes],
        *,
        env: Mapping[str, str],
        cwd: str,
        dimensions: tuple[int, int],
        **_rest: object,
    ) -> _Terminal:
        ours, its = os.openpty()
        fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", *dimensions, 0, 0))
        try:
            run = Run([os.fsdecode(arg) for arg in args[len(COLD) :]], env, Path(cwd), [its])
        finally:
            os.close(its)
        return _Terminal(run, ours)


def communicate(
    arguments: Sequence[str], environ: Mapping[str, str], directory: Path, stdin: str
) -> tuple[int, str, str]:
    """Run the program into pipes; return its exit status, what it printed and its errors."""
    with ThreadPoolExecutor(3) as pool:
        (in_, feed), (said, out), (complained, err) = (os.pipe() for _stream in range(3))
        run = Run(arguments, environ, directory, [in_, out, err])
        for descriptor in (in_, out, err):
            os.close(descriptor)
        pool.submit(_write, feed, stdin)
        printed, errors = (pool.submit(_read, descriptor) for descriptor in (said, complained))
        return os.waitstatus_to_exitcode(run.wait()), printed.result(), errors.result()


def install(directory: Path) -> Path:
    """Put ``epicevents`` into a directory, for scripts that have it on their path."""
    program = directory / "epicevents"
    command = f'"{sys.executable}" -S "{Path(__file__).with_name("epicevents.py")}" "{_forker()}"'
    program.write_text(f'#!/bin/sh\nexec {command} "$@"\n', "utf-8")
    program.chmod(0o755)
    return program


def _write(descriptor: int, text: str) -> None:
    with suppress(BrokenPipeError), open(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)


def _read(descriptor: int) -> str:
    with open(descriptor, encoding="utf-8") as stream:
        return stream.read()


@cache
def _forker() -> str:
    """Start the process that is forked, once for all tests; return the path of its socket."""
    directory = tempfile.mkdtemp(prefix="epicevents-warm-")
    path = f"{directory}/socket"
    server = subprocess.Popen(
        [sys.executable, "-m", "support.forking", path],
        env={"PATH": os.defpath, "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'tests'}"},
        cwd=directory,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert server.stdin
    assert server.stdout
    assert server.stdout.readline() == b"ready\n"

    def end() -> None:
        server.communicate()
        shutil.rmtree(directory)

    atexit.register(end)
    return path
