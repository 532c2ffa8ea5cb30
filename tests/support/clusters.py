"""PostgreSQL servers of a test's own, on each set of programs that this machine has."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from crm.embedded import Cluster

SYSTEM_15 = Path("/usr/lib/postgresql/15/bin")
NOBODY = 65534

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become other users")

each_set_of_programs = pytest.mark.parametrize(
    "binaries",
    [
        pytest.param(None, id="package"),
        pytest.param(
            SYSTEM_15,
            id="system15",
            marks=[
                pytest.mark.proof,
                pytest.mark.skipif(not SYSTEM_15.exists(), reason=f"no {SYSTEM_15}"),
            ],
        ),
    ],
)


@contextmanager
def passable_directory(parent: Path | None = None) -> Iterator[Path]:
    """A new directory through which the user that root's server runs as can pass."""
    path = Path(tempfile.mkdtemp(prefix="epicevents-test-", dir=parent))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@contextmanager
def stopped(cluster: Cluster) -> Iterator[Cluster]:
    """Stop a server at the end and remove its data, wherever they are."""
    try:
        yield cluster
    finally:
        cluster.remove()


def ask(cluster: Cluster, query: str, *parameters: object) -> Any:
    """Return the first value of a query that the administrator asks."""
    with closing(psycopg2.connect(cluster.url("postgres", "postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            row = cursor.fetchone() if cursor.description else None
            return row and row[0]


def mode(path: Path) -> str:
    """Return a file's mode, such as ``0600``."""
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"
