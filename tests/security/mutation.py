"""Breaks the database's protection piece by piece and looks whether its tests turn red.

``make mutation`` runs all, and goes on where it was interrupted: outcomes are kept in
``build/mutation.jsonl``. ``ARGS='--only constraint'`` runs those whose name has that pattern,
``--again`` also what has an outcome already.
"""

# ruff: noqa: T201  what it prints is what it is for

import sys
import time
from functools import partial
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from support import mutating  # noqa: E402
from support.mutating import BROKEN, IN_THE_MAKING, RED, SURVIVED, Outcome, Outcomes  # noqa: E402
from support.mutations import DECLARED, Mutation, mutations, noticed_by  # noqa: E402

from crm.database.transaction import connect  # noqa: E402
from crm.embedded import Cluster  # noqa: E402

OUTCOMES = Outcomes("mutation.jsonl")
DECLARED_ONLY = "red by the list of grants"


def main() -> int:
    """Run what has no outcome yet; print a table and a summary; 1 if anything survived."""
    arguments = mutating.arguments(__doc__)
    began = time.monotonic()
    with mutating.server() as (cluster, template):
        connection = connect(template)
        with connection.cursor() as cursor:
            every = list(mutations(cursor))
        connection.close()
        todo = mutating.outstanding(every, OUTCOMES, arguments)
        mutating.work_through(todo, OUTCOMES, arguments.jobs, partial(_try, cluster))
    print(f"This run took {(time.monotonic() - began) / 60:.1f} minutes.")
    return mutating.summarise(every, OUTCOMES, arguments.only)


def _try(cluster: Cluster, mutation: Mutation) -> Outcome:
    """Run the tests that must notice, one group after the other until one turns red."""
    for tests in noticed_by(mutation):
        file, _k, words = tests.partition(" -k ")
        verdict = mutating.verdict(
            cluster,
            [file, *(["-k", words] if words else [])],
            directory=REPOSITORY,
            environ={"EPICEVENTS_TEST_MUTATION": mutation.sql},
        )
        if verdict == RED and tests == DECLARED:
            return Outcome(DECLARED_ONLY, tests)
        if verdict in (RED, BROKEN, IN_THE_MAKING):
            return Outcome(verdict, tests)
    return Outcome(SURVIVED)


if __name__ == "__main__":
    sys.exit(main())
