"""A server's data directory: made, checked and configured.

What its files say can be changed by hand or ``ALTER SYSTEM``, and counts as well where the server
is started by hand; what they may not say is in :mod:`crm.embedded.fence`.
"""

import shutil
from pathlib import Path

from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _
from crm.embedded import origin, programs
from crm.embedded.account import Account, make_private
from crm.embedded.place import PORT
from crm.files import read_regular, write_private

_CONFIGURATION = "epicevents.conf"
_LARGEST = 1_000_000  # bytes
_SETTINGS = {
    "cluster_name": "epicevents",  # in the system's list of processes
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # the details of an error repeat whole rows
}
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_INITDB = (
    "--pgdata=.", "--username=postgres", "--encoding=UTF8", "--locale=C", "--data-checksums",
    "--auth-local=trust", "--auth-host=reject",
)  # fmt: skip


def initialise(data: Path, binaries: Path, account: Account | None, *, fast: bool) -> None:
    """Make the data of a new server, whole or not at all.

    Raises DatabaseUnavailable ``embedded_not_started`` with what initdb says.
    """
    new = data.with_name(f"{data.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    make_private(new, account)
    options = [*_INITDB, "--no-sync"] if fast else _INITDB
    made = programs.run_program(binaries / "initdb", *options, directory=new, account=account)
    if made.returncode:
        raise DatabaseUnavailable(
            _("The embedded PostgreSQL cannot be set up: {reason}").format(
                reason=programs.extract_reason(made.stdout)
            ),
            hint=_("Check that {path} is yours and that its disk has space.").format(
                path=data.parent
            ),
            code="embedded_not_started",
        )
    own = new / "postgresql.conf"
    included = f"include '{_CONFIGURATION}'\n".encode()
    # Our settings come last in the file, and so they count. The directory gets its name at the end:
    # what is there under it is whole.
    write_private(own, read_regular(own, _LARGEST) + included, account)
    origin.mark_as_ours(new, account)
    new.rename(data)


def refuse_other_version(data: Path, binaries: Path) -> None:
    """Raise DatabaseUnavailable ``embedded_version_mismatch`` for another major version's data."""
    made = read_regular(data / "PG_VERSION", _LARGEST).decode("ascii", "replace").strip()
    ours = programs.read_version(binaries).partition(".")[0]
    if made != ours:
        raise DatabaseUnavailable(
            _("{path} holds data of PostgreSQL {made}, but this is PostgreSQL {ours}.").format(
                path=data, made=made, ours=ours
            ),
            hint=_(
                "Run epicevents db backup with the release that made the data, move that "
                "directory away, then run epicevents db restore with this release."
            ),
            code="embedded_version_mismatch",
        )


def configure(data: Path, sockets: Path, account: Account | None, *, fast: bool) -> None:
    """Write the settings that the server reads when it starts."""
    settings = _SETTINGS | {"unix_socket_directories": str(sockets)} | (_FAST if fast else {})
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    write_private(data / _CONFIGURATION, "".join(lines).encode(), account)
