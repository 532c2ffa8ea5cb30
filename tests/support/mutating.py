"""What both mutation runs share: a server, tests run on it, and outcomes that are kept.

A mutation is noticed when a test turns red. Outcomes lie in ``build``, so that a run goes on where
it was interrupted; each holds as long as what was mutated stays as it was.
"""

# ruff: noqa: T201  what it prints is what it is for

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from support.database import migrate
from support.places import in_memory

from crm.database.transaction import connect
from crm.embedded import Cluster
from crm.settings.url import parse_database_url

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 600  # seconds for the tests of one mutation
# In the making: not even the company that tests begin with can be written, so every test is red.
RED, IN_THE_MAKING, SURVIVED, BROKEN = "red", "red in the making", "SURVIVED", "BROKEN"
EXPLAINED = "survived for a reason"


class Named(Protocol):
    """A mutation: its name, and what is mutated, by which an outcome is known to hold still."""

    @property
    def name(self) -> str:
        """What is broken, in words."""

    @property
    def key(self) -> str:
        """What it is made of."""


Each = TypeVar("Each", bound=Named)


@dataclass(frozen=True)
class Outcome:
    """What came of a mutation, and which tests noticed it."""

    outcome: str
    tests: str = ""


class Outcomes:
    """The outcomes of a kind of mutation, a line each in a file of ``build``."""

    def __init__(self, file: str) -> None:
        self._path = REPOSITORY / "build" / file

    def known(self) -> dict[str, dict[str, str]]:
        """Return the last outcome of each mutation, by its name."""
        if not self._path.exists():
            return {}
        lines = map(json.loads, self._path.read_text("utf-8").splitlines())
        return {line["name"]: line for line in lines}

    def keep(self, mutation: Named, outcome: Outcome, seconds: float) -> None:
        """Print and keep an outcome."""
        print(f"{outcome.outcome:26} {seconds:6.1f} s  {mutation.name}", flush=True)
        line = {"name": mutation.name, "key": mutation.key, "outcome": outcome.outcome,
                "tests": outcome.tests, "seconds": round(seconds, 1)}  # fmt: skip
        self._path.parent.mkdir(exist_ok=True)
        with self._path.open("a", encoding="utf-8") as kept:
            kept.write(json.dumps(line) + "\n")


def arguments(description: str | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--only", default="", help="a pattern that names must have")
    parser.add_argument("--again", action="store_true", help="also what has an outcome already")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at once")
    return parser.parse_args()


def outstanding(
    every: Sequence[Each], outcomes: Outcomes, chosen: argparse.Namespace
) -> list[Each]:
    """Return the mutations that are asked for and have no outcome that holds."""
    known = {} if chosen.again else outcomes.known()
    return [
        each
        for each in every
        if re.search(chosen.only, each.name) and known.get(each.name, {}).get("key") != each.key
    ]


def work_through(
    todo: Sequence[Each], outcomes: Outcomes, jobs: int, try_: Callable[[Each], Outcome]
) -> None:
    """Try so many mutations at once, and keep each outcome as it comes."""

    def timed(mutation: Each) -> tuple[Outcome, float]:
        began = time.monotonic()
        return try_(mutation), time.monotonic() - began

    with ThreadPoolExecutor(jobs) as pool:
        try:
            for each, (outcome, seconds) in zip(todo, pool.map(timed, todo), strict=True):
                outcomes.keep(each, outcome, seconds)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def summarise(
    every: Sequence[Named], outcomes: Outcomes, only: str, reasons: Mapping[str, str] | None = None
) -> int:
    """Print what survived and how many of each outcome there are; 1 if anything survived.

    ``reasons`` say of some by their names why no test can notice them.
    """
    known = outcomes.known()
    names = [each.name for each in every if re.search(only, each.name)]
    found = {name: known[name]["outcome"] for name in names if name in known}
    print()
    for name, reason in (reasons or {}).items():
        if found.get(name) == SURVIVED:
            found[name] = EXPLAINED
            print(f"{EXPLAINED}: {name}: {reason}")
    for outcome in (SURVIVED, BROKEN):
        for name in sorted(name for name, each in found.items() if each == outcome):
            print(f"{outcome}: {name}  {known[name]['tests']}".rstrip())
    counts = Counter(found.values())
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.most_common()))
    print(f"{len(found)} of {len(names)} mutations")
    return int(not {SURVIVED, BROKEN}.isdisjoint(found.values()) or len(found) < len(names))


@contextmanager
def server() -> Iterator[tuple[Cluster, dict[str, str]]]:
    """A server for all mutations, and the migrated ``template_empty`` that their tests copy."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server stops
    home = Path(tempfile.mkdtemp(prefix="epicevents-mutation-", dir=in_memory()))
    cluster = Cluster(home, fast=True)
    try:
        cluster.start()
        yield cluster, migrate(cluster, "template_empty")
    finally:
        cluster.stop()
        shutil.rmtree(home)


def verdict(
    cluster: Cluster, tests: Sequence[str], *, directory: Path, environ: Mapping[str, str]
) -> str:
    """Run tests on copies of the server's template until one is red; return what that means."""
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", *tests],
        cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "EPICEVENTS_TEST_SERVER": str(cluster.home), **environ},
    )  # fmt: skip
    try:
        told, _none = run.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        run.kill()
        return BROKEN
    finally:
        _drop_copies(cluster, run.pid)
    if run.returncode == 1 and re.search(r"^\d+ failed", told, re.MULTILINE):
        return RED
    if run.returncode == 1:
        return IN_THE_MAKING
    # 5: no test has that name.
    return SURVIVED if run.returncode in (0, 5) else BROKEN


def _drop_copies(cluster: Cluster, pid: int) -> None:
    connection = connect(parse_database_url(cluster.url("postgres", "postgres")))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('DROP DATABASE %%I WITH (FORCE)', datname) FROM pg_database"
            " WHERE datname ~ %s",
            (f"^(template_(empty|company)_{pid}|test_{pid}_.*)$",),
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
    connection.close()
