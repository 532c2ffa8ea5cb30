"""A server and a small company of its own for a measurement, and processes that are measured."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.cli import Workstation  # noqa: E402
from support.company import fill  # noqa: E402
from support.database import Database, migrate  # noqa: E402

from crm.database.transaction import connect  # noqa: E402
from crm.embedded import Cluster, programs  # noqa: E402


@contextmanager
def company(binaries: Path | None = None) -> Iterator[Database]:
    """A migrated database with a small company, on a server that gives up durability."""
    home = Path(tempfile.mkdtemp(prefix="epicevents-bench-"))
    server = Cluster(home, binaries, fast=True)
    try:
        server.start()
        parameters = migrate(server, "measured")
        connection = connect(parameters)
        fill(connection)
        connection.close()
        yield Database(parameters, "measured")
    finally:
        server.stop()
        shutil.rmtree(home)


@contextmanager
def copy_of(database: Database) -> Iterator[Database]:
    """A fresh copy of the database, so that no run finds what another has left."""
    copy = Database(database.admin)
    copy.create()
    try:
        yield copy
    finally:
        copy.drop()


def workstation(database: Database, user_id: int) -> dict[str, str]:
    """Return the environment of somebody who is logged in."""
    home = Path(tempfile.mkdtemp(prefix="epicevents-bench-home-"))
    atexit.register(shutil.rmtree, home)
    return Workstation(database, home).be(user_id).environ | {"PYTHONPATH": str(ROOT)}


def psql(database: Database, script: str, *, user: str, binaries: Path | None) -> list[str]:
    """Return the command that runs ``script`` line by line."""
    parameters = database.admin | {"user": user}
    conninfo = " ".join(f"{name}={value}" for name, value in parameters.items())
    lines = [argument for line in script.strip().splitlines() for argument in ("-c", line)]
    psql = str((binaries or programs.packaged()) / "psql")
    return [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", conninfo, *lines]


def program(*arguments: str) -> list[str]:
    """Return the command that runs the program, and leaves for :func:`peak` what it needed."""
    return [sys.executable, "-c", _WATCHED, *arguments]


def cost(
    command: Sequence[str],
    environ: Mapping[str, str] | None = None,
    stdout: IO[bytes] | None = None,
) -> float:
    """Run a process to its end, and return the seconds that it took."""
    output = stdout or subprocess.DEVNULL
    started = time.perf_counter()
    subprocess.run(command, env={**os.environ, **(environ or {})}, stdout=output, check=True)
    return time.perf_counter() - started


def peak(environ: Mapping[str, str]) -> float:
    """Return how many megabytes the program needed at most when it last ran there."""
    return float(Path(environ["EPICEVENTS_HOME"], "peak").read_text("ascii")) / 1024


# A process counts as its own what its parent needed before it became another program; the kernel's
# high-water mark does not.
_WATCHED = """
import atexit, os, pathlib, re, resource, runpy
def keep():
    try:
        status = pathlib.Path("/proc/self/status").read_text()
        peak = re.search(r"VmHWM:\\s*([0-9]+)", status)[1]
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pathlib.Path(os.environ["EPICEVENTS_HOME"], "peak").write_text(str(peak))
atexit.register(keep)
runpy.run_module("crm", run_name="__main__", alter_sys=True)
"""
