"""Silences what the services refuse, one statement after the other; do their tests turn red?

Of every ``raise`` and every call that only refuses (``authorize``, ``check_…``, ``refuse_…``,
``require_…``, ``expect_…``) in ``crm/services`` and ``crm/domain/rules.py``. The tests run once on
a copy of the repository that says which of them reach which refusal; then each refusal is replaced
by ``pass`` and the tests that reach it run until one is red. Those of other layers do not count: a
rule has a test of its own, through the service, among those of ``make test``.

``make mutation`` runs all that has no outcome yet; outcomes are kept in
``build/mutation_services.jsonl`` and hold as long as the function is unchanged. ``ARGS='--only
contract'`` runs those whose name has that pattern, ``--again`` also what has an outcome already.
"""

# ruff: noqa: T201  what it prints is what it is for

import importlib.util
import os
import queue
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from support import mutating  # noqa: E402
from support.mutating import SURVIVED, Outcome, Outcomes  # noqa: E402
from support.refusals import UNMISSED, Refusal, note, refusals, silence  # noqa: E402

from crm.embedded import Cluster  # noqa: E402

OUTCOMES = Outcomes("mutation_services.jsonl")
TESTS = ("tests/domain", "tests/services", "tests/security", "tests/importing")
LEFT = shutil.ignore_patterns(".*", "build", "dist", "__pycache__")


def main() -> int:
    """Run what has no outcome yet; print a table and a summary; 1 if anything survived."""
    arguments = mutating.arguments(__doc__)
    every = list(refusals(REPOSITORY))
    todo = mutating.outstanding(every, OUTCOMES, arguments)
    if todo:
        with tempfile.TemporaryDirectory(prefix="epicevents-mutation-") as scratch:
            reached = _reached(every, Path(scratch), arguments.jobs)
            with (
                mutating.server() as (cluster, _template),
                _copies(Path(scratch), arguments.jobs) as copies,
            ):
                mutating.work_through(
                    todo,
                    OUTCOMES,
                    arguments.jobs,
                    lambda refusal: _try(cluster, copies, refusal, reached[refusal.name]),
                )
    return mutating.summarise(every, OUTCOMES, arguments.only, UNMISSED)


def _reached(every: list[Refusal], scratch: Path, jobs: int) -> dict[str, list[str]]:
    """Run the tests once; return those that come to each refusal, by the refusal's name."""
    copy, told = _copy(scratch / "noted"), scratch / "reached"
    told.touch()
    numbered = dict(enumerate(every))
    for path in {refusal.path for refusal in every}:
        there = {number: each for number, each in numbered.items() if each.path == path}
        (copy / path).write_text(note((copy / path).read_text("utf-8"), there), "utf-8")
    print(f"Looking which tests reach {len(every)} refusals …", flush=True)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", str(jobs), "-p", "no:cacheprovider",
         "-m", "not proof", *TESTS],
        cwd=copy,
        env={**os.environ, "EPICEVENTS_TEST_REACHED": str(told)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if run.returncode:
        sys.exit(f"The tests are red before anything is silenced:\n{run.stdout[-3000:]}")
    found: dict[str, list[str]] = defaultdict(list)
    for line in sorted(set(told.read_text("utf-8").splitlines())):
        number, _space, test = line.partition(" ")
        found[numbered[int(number)].name].append(test)
    return found


def _try(
    cluster: Cluster, copies: "queue.SimpleQueue[Path]", refusal: Refusal, tests: list[str]
) -> Outcome:
    """Silence a refusal in a copy, and run the tests that reach it until one is red."""
    if not tests:
        return Outcome(SURVIVED, "no test reaches it")
    copy = copies.get()
    file, chosen = copy / refusal.path, copy / "chosen"
    before = file.read_text("utf-8")
    chosen.write_text("".join(f"{test}\n" for test in _likely_first(tests, refusal)), "utf-8")
    try:
        _write(file, silence(before, refusal))
        return Outcome(mutating.verdict(cluster, [f"@{chosen}"], directory=copy, environ={}))
    finally:
        _write(file, before)
        copies.put(copy)


def _likely_first(tests: list[str], refusal: Refusal) -> list[str]:
    """Begin with the tests of the same noun, and leave what tries everything to the end."""
    noun = refusal.path.stem
    return sorted(tests, key=lambda test: (noun not in test.partition("::")[0], "stateful" in test))


@contextmanager
def _copies(scratch: Path, jobs: int) -> "Iterator[queue.SimpleQueue[Path]]":
    """Copies of the repository, as many as are worked on at once."""
    copies: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for number in range(jobs):
        copies.put(_copy(scratch / f"copy{number}"))
    yield copies


def _copy(where: Path) -> Path:
    shutil.copytree(REPOSITORY, where, ignore=LEFT)
    return where


def _write(file: Path, source: str) -> None:
    """Write a module, and forget how it was compiled: within a second that looks up to date."""
    file.write_text(source, "utf-8")
    Path(importlib.util.cache_from_source(str(file))).unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
