"""What is promised about reading: a page of thirty among a million, against a bare script.

Run it on a filled demo (``EPICEVENTS_HOME=… epicevents demo --clients 1000000``, once)::

    EPICEVENTS_HOME=… python benchmarks/reading.py
"""

import os
import sys
from pathlib import Path

from measure import pair, python

PROMISED = 1.25


def main() -> int:
    """Measure, say the figures, and fail where a promise is broken."""
    environ = {"EPICEVENTS_HOME": os.environ["EPICEVENTS_HOME"]}
    floor = python(str(Path(__file__).with_name("reading_floor.py")))
    found = pair(python("-m", "crm", "client", "list"), floor, environ)
    sys.stdout.write(found.told("client list, 30 rows", PROMISED) + "\n")
    return 0 if found.ratio <= PROMISED else 1


if __name__ == "__main__":
    sys.exit(main())
