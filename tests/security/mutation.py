"""Breaks the database's protection piece by piece and looks whether its tests turn red.

``make mutation`` runs all, and goes on where it was interrupted: outcomes are kept in
``build/mutation.jsonl``. ``ARGS='--only constraint'`` runs those whose name has that pattern,
``--again`` also what has an outcome already.
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
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from support.mutations import DECLARED, Mutation, mutations, noticed_by  # noqa: E402
from support.places import in_memory  # noqa: E402

from crm.database import provisioning, upgrades  # noqa: E402, upgrades
from crm.database.transaction import connect  # noqa: E402
from crm.embedded import Cluster  # noqa: E402
from crm.settings.url import parse_database_url  # noqa: E402

OUTCOMES = REPOSITORY / "build" / "mutation.jsonl"
PATIENCE = 600  # seconds for the tests of one mutation
# In the making: not even the company that tests begin with can be written, so every test is red.
RED, DECLARED_ONLY, IN_THE_MAKING = "red", "red by the list of grants", "red in the making"
SURVIVED, BROKEN = "SURVIVED", "BROKEN"


def main() -> int:
    """Run what has no outcome yet; print a table and a summary; 1 if anything survived."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server stops
    home = Path(tempfile.mkdtemp(prefix="epicevents-mutation-", dir=in_memory()))
    server = Cluster(home, fast=True)
    began = time.monotonic()
    try:
        server.start()
        every = _prepared(server)
        chosen = [each for each in every if re.search(arguments.only, each.name)]
        known = {} if arguments.again else _known()
        todo = [each for each in chosen if known.get(each.name, {}).get("sql") != each.sql]
        OUTCOMES.parent.mkdir(exist_ok=True)
        with ThreadPoolExecutor(arguments.jobs) as pool:
            try:
                _write(todo, pool.map(lambda mutation: _tried(server, mutation), todo))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    finally:
        server.stop()
        shutil.rmtree(home)
    return _summary([each.name for each in chosen], time.monotonic() - began)


def _write(tried: list[Mutation], outcomes: Iterable[dict[str, object]]) -> None:
    """Tell and keep each outcome as it comes."""
    with OUTCOMES.open("a", encoding="utf-8") as kept:
        for each, outcome in zip(tried, outcomes, strict=True):
            print(f"{outcome['outcome']:26} {outcome['seconds']:6.1f} s  {each.name}", flush=True)
            kept.write(json.dumps({"name": each.name, "sql": each.sql, **outcome}) + "\n")
            kept.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a pattern that names must have")
    parser.add_argument("--again", action="store_true", help="also what has an outcome already")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at once")
    return parser.parse_args()


def _prepared(server: Cluster) -> list[Mutation]:
    """Make the migrated template that every mutation damages a copy of; return the mutations."""
    parameters = parse_database_url(server.url("postgres", "template_empty"))
    provisioning.create_database(parameters)
    connection = connect(parameters)
    provisioning.make_roles(connection)
    connection.close()
    upgrades.upgrade_schema(parameters)
    connection = connect(parameters)
    with connection.cursor() as cursor:
        every = list(mutations(cursor))
    connection.close()
    return every


def _known() -> dict[str, dict[str, str]]:
    if not OUTCOMES.exists():
        return {}
    lines = OUTCOMES.read_text("utf-8").splitlines()
    return {outcome["name"]: outcome for outcome in map(json.loads, lines)}


def _tried(server: Cluster, mutation: Mutation) -> dict[str, object]:
    """Run the tests that must notice, one group after the other until one turns red."""
    began = time.monotonic()
    outcome, noticed = SURVIVED, ""
    for tests in noticed_by(mutation):
        verdict = _verdict(server, mutation, tests)
        if verdict in (BROKEN, IN_THE_MAKING):
            outcome, noticed = verdict, tests
            break
        if verdict == RED:
            outcome, noticed = DECLARED_ONLY if tests == DECLARED else RED, tests
            break
    return {"outcome": outcome, "tests": noticed, "seconds": round(time.monotonic() - began, 1)}


def _verdict(server: Cluster, mutation: Mutation, tests: str) -> str:
    file, _k, words = tests.partition(" -k ")
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", file,
         *(["-k", words] if words else [])],
        cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "EPICEVENTS_TEST_SERVER": str(server.home),
             "EPICEVENTS_TEST_MUTATION": mutation.sql},
    )  # fmt: skip
    try:
        told, _none = run.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        run.kill()
        return BROKEN
    finally:
        _drop_copies(server, run.pid)
    if run.returncode == 1 and re.search(r"^\d+ failed", told, re.MULTILINE):
        return RED
    if run.returncode == 1:
        return IN_THE_MAKING
    # 5: no test has that name.
    return SURVIVED if run.returncode in (0, 5) else BROKEN


def _drop_copies(server: Cluster, pid: int) -> None:
    connection = connect(parse_database_url(server.url("postgres", "postgres")))
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


def _summary(names: list[str], seconds: float) -> int:
    known = _known()
    outcomes = {name: known[name]["outcome"] for name in names if name in known}
    print()
    for outcome in (SURVIVED, BROKEN):
        for name in sorted(name for name, found in outcomes.items() if found == outcome):
            print(f"{outcome}: {name}  ({'; '.join(known[name]['tests'] or ['all'])})"
                  if outcome == BROKEN else f"{outcome}: {name}")  # fmt: skip
    counts = Counter(outcomes.values())
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.most_common()))
    print(f"{len(outcomes)} of {len(names)} mutations; this run took {seconds / 60:.1f} minutes")
    return int(not {SURVIVED, BROKEN}.isdisjoint(outcomes.values()))


if __name__ == "__main__":
    sys.exit(main())
