"""PostgreSQL's client programs: which ones fit a server, and how a password reaches them."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from psycopg2.extensions import make_dsn

from crm.database.verification import is_remote
from crm.domain.errors import CRMError, DatabaseUnavailable
from crm.domain.i18n import gettext as _
from crm.embedded import packages
from crm.embedded.programs import run_program

# Where distributions keep the programs of several versions side by side.
_SHELVES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
_TLS_MODES = ("require", "verify-ca", "verify-full")
_SECRETS = ("password", "sslpassword")
_NEWER = ("require_auth",)  # libpq knows it since version 16; we have connected with it before


class Tools(NamedTuple):
    """A directory with ``pg_dump`` and ``pg_restore``, their version, and whether they do TLS."""

    directory: Path
    major: int
    tls: bool = True

    def command(self, name: str, *arguments: str) -> list[str]:
        """Return the command line of one of them."""
        return [str(self.directory / name), *arguments]


def find_tools(parameters: Mapping[str, str], major: int, archive: int = 0) -> Tools:
    """Return the oldest programs that understand a server, and archives made by ``archive``.

    The oldest, because what they write can be restored by more. Those of the wheels know no TLS,
    and would send everything in the clear: they are for a server on this machine.

    Raises DatabaseUnavailable ``client_programs_missing`` or ``client_programs_too_old``.
    """
    needed = max(major, archive)
    found = [tools for tools in list_tools() if tools.tls or not _needs_tls(parameters)]
    fitting = [tools for tools in found if tools.major >= needed]
    if fitting:
        return min(fitting, key=lambda tools: tools.major)
    hint = _(
        "Install the client programs of PostgreSQL {major}, on Debian: apt install "
        "postgresql-client-{major}"
    ).format(major=needed)
    if not found:
        raise DatabaseUnavailable(
            _("pg_dump and pg_restore are not installed here."),
            hint=hint,
            code="client_programs_missing",
        )
    raise DatabaseUnavailable(
        _("pg_dump and pg_restore {found} are too old for PostgreSQL {major}.").format(
            found=max(tools.major for tools in found), major=needed
        ),
        hint=hint,
        code="client_programs_too_old",
    )


def list_tools() -> list[Tools]:
    """Return the programs of the path, those that come along, and the distribution's."""
    return _find_in_path(os.environ.get("PATH", os.defpath))


@cache
def _find_in_path(path: str) -> list[Tools]:
    found: dict[tuple[int, bool], Tools] = {}
    wheels = packages.list_packages().values()
    for directory in _directories(path):
        if (directory / "pg_restore").exists() and (major := _major(directory / "pg_dump")):
            tools = Tools(directory, major, tls=directory not in wheels)
            found.setdefault((tools.major, tools.tls), tools)
    return list(found.values())


def _directories(path: str) -> Iterator[Path]:
    if named := shutil.which("pg_dump", path=path):
        yield Path(named).parent
    yield from packages.list_packages().values()
    for shelf in _SHELVES:
        yield from Path("/").glob(shelf[1:])


def _major(program: Path) -> int | None:
    # Not executable, of another machine, or gone since it was found: not the one we look for.
    with suppress(OSError):
        said = run_program(program, "--version", directory=Path("/")).stdout
        if found := re.search(r"\) ([0-9]+)", said):
            return int(found[1])
    return None


def _needs_tls(parameters: Mapping[str, str]) -> bool:
    mode = parameters.get("sslmode")
    return mode in _TLS_MODES or (is_remote(parameters) and mode != "disable")


def build_target(parameters: Mapping[str, str]) -> str:
    """Return libpq's parameters as one argument, without what everybody could read there."""
    public = {name: value for name, value in parameters.items() if name not in _SECRETS + _NEWER}
    return make_dsn(application_name="epicevents", **public)


def build_environment(parameters: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a program finds in its environment: libpq's variables, and the password.

    Only its own user and root can read it, unlike a command line.
    """
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith("EPICEVENTS_")
    }
    environ |= {"LC_ALL": "C"}  # its words are read
    if password := (parameters or {}).get("password"):
        environ["PGPASSWORD"] = password
    return environ


def program_failed_error(name: str, said: str) -> CRMError:
    """Return the error that a program ended badly, with its reason but none of its data."""
    return CRMError(
        _("{program} failed: {reason}.").format(program=name, reason=find_reason(said)),
        hint=_("Nothing was changed. Check the server and its disk space: epicevents doctor"),
        code="program_failed",
    )


def find_reason(said: str) -> str:
    """Return the first error that a program complained of, shortened, without a full stop."""
    complaints = [line for line in said.splitlines() if "error:" in line] or said.splitlines()
    reason = (complaints or [_("it gave no reason")])[0].partition("error: ")
    return (reason[2] or reason[0])[:300].rstrip(".")
