"""``postmaster.pid``, in which a PostgreSQL server says that it runs, and where."""

import os
from pathlib import Path
from typing import NamedTuple

from crm.files import read_regular, write_private

_NAME = "postmaster.pid"
_LARGEST = 8192  # bytes; PostgreSQL's own limit
_NO_PROCESS = 2_147_483_647  # an id that no system gives


class Postmaster(NamedTuple):
    """A server's process, the directory of its socket and its state: starting, ready, stopping."""

    pid: int
    socket_directory: str
    status: str


def read_postmaster(data: Path) -> Postmaster | None:
    """Return what the file says, ``None`` where there is none; its server may be long gone."""
    try:
        lines = os.fsdecode(read_regular(data / _NAME, _LARGEST)).split("\n")
        pid = int(lines[0])
    except (OSError, ValueError):
        # No server, or one that is writing the file at this moment: its first line is not there
        # yet.
        return None
    lines += [""] * 8  # written step by step
    return Postmaster(pid, lines[4], lines[7].strip() or "starting")


def find_running(data: Path) -> Postmaster | None:
    """Return the server of ``data`` if its process lives.

    After a power cut, or in a container, its number may be another process's: that is no server.
    """
    server = read_postmaster(data)
    return server if server and _works_in(server.pid, data) else None


def disown_stale(data: Path, owner: tuple[int, int] | None) -> None:
    """Let PostgreSQL see that the process which the file names is gone, though its number is not.

    The other lines stay: by them it finds out whether a part of the old server still lives. Raises
    OSError, also where the file is a link: it is written again as the server's.
    """
    path = data / _NAME
    if os.path.lexists(path):
        _pid, _newline, rest = read_regular(path, _LARGEST).partition(b"\n")
        write_private(path, b"%d\n%b" % (_NO_PROCESS, rest), owner)


def _works_in(pid: int, data: Path) -> bool:
    """Whether it is a living process of ours whose directory is ``data``, as a server's is."""
    try:
        os.kill(pid, 0)
        if Path("/proc/self/cwd").exists():
            return Path(f"/proc/{pid}/cwd").samefile(data)
    except (OSError, OverflowError):  # gone, somebody else's, or dead and not yet buried
        return False

    import subprocess

    ps = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True)
    return ps.stdout.strip().endswith("postgres")
