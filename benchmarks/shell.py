"""What is promised about the shell and about choices while somebody types.

Run it on a filled demo (``EPICEVENTS_HOME=… epicevents demo --clients 1000000``, once)::

    EPICEVENTS_HOME=… python benchmarks/shell.py
"""

import io
import os
import statistics
import sys
import time
from collections.abc import Callable

from crm.cli.app import App
from crm.cli.asking.picks import Pick
from crm.cli.main import run_shell_line
from crm.cli.output.console import Console
from crm.queries.client import LISTING
from crm.queries.listing import Request
from crm.queries.pages import read_page

LISTED = 20  # milliseconds that a listing may take beyond its query
OFFERED = 100  # milliseconds until choices are there: what feels at once


def milliseconds(run: Callable[[], object], times: int = 30) -> float:
    """Return the median of ``times`` runs, after one that does not count."""
    run()
    taken = []
    for _time in range(times):
        started = time.perf_counter()
        run()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000


def main() -> int:
    """Measure, say the figures, and fail where a promise is broken."""
    console = Console(stdin=io.StringIO(), stdout=io.StringIO(), stderr=io.StringIO())
    app = App(console, {"EPICEVENTS_HOME": os.environ["EPICEVENTS_HOME"]})

    def query() -> None:
        with app.transaction() as tx:
            read_page(tx, LISTING, Request(LISTING.default_fields, limit=30))

    broken = 0
    listing, floor = milliseconds(lambda: run_shell_line("client list", app)), milliseconds(query)
    broken += told("client list in the shell, beyond its query", listing - floor, LISTED)
    for typed in ("", "l", "le", "lef", "lefevre", "zoe ber", "12"):
        pick = Pick(app, "client")
        taken = milliseconds(lambda pick=pick, typed=typed: pick.offer(typed))  # type: ignore[misc]
        broken += told(f"choices for “{typed}”", taken, OFFERED)
    app.close()
    return 1 if broken else 0


def told(name: str, taken: float, most: float) -> bool:
    """Say a figure against what is promised; return whether the promise is broken."""
    verdict = "holds" if taken <= most else "BROKEN"
    sys.stdout.write(f"{name}: {taken:.1f} ms (at most {most:.0f}): {verdict}\n")
    return taken > most


if __name__ == "__main__":
    sys.exit(main())
