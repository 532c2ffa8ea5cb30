"""One server: where its data and its socket are, and whether it answers.

What starts and stops it is imported only then; most commands find it running.
"""

import os
import sys
from pathlib import Path
from urllib.parse import quote

from crm.embedded import postmaster

PORT = 5432  # part of the socket's name; nothing listens on the network

_LONGEST_SOCKET = 103 if sys.platform == "darwin" else 107  # bytes


class Cluster:
    """One server and its data, in ``postgres`` under ``home``.

    ``binaries`` are the package's own unless given. ``fast`` gives up durability, for tests.
    """

    def __init__(self, home: Path, binaries: Path | None = None, *, fast: bool = False) -> None:
        self.home = Path(os.path.realpath(home))
        self.data = self.home / "postgres"
        self.log = self.data / "server.log"
        self.fast = fast
        self._binaries = binaries

    @property
    def socket_directory(self) -> Path:
        """``run`` under ``home``, or elsewhere where the socket's path would be too long.

        Raises DatabaseUnavailable ``unsafe_directory`` where somebody else made that.
        """
        directory = self.home / "run"
        if not _fits(directory):
            from crm.embedded.account import account_for, refuse_foreign

            server = postmaster.read(self.data)  # its TMPDIR may not be ours
            directory = Path(server.socket_directory) if server else _elsewhere(self.home)
            if os.path.lexists(directory):
                refuse_foreign(directory, account_for(self.data))
        return directory

    def url(self, user: str = "epicevents_cli", database: str = "epicevents") -> str:
        """Return the URL to connect with; no password is asked for."""
        host = quote(os.fsencode(self.socket_directory), safe="")
        names = f"{quote(user, safe='')}@/{quote(database, safe='')}"
        return f"postgresql://{names}?host={host}&port={PORT}"

    def is_initialised(self) -> bool:
        """Whether there are data."""
        return (self.data / "PG_VERSION").exists()

    def is_running(self) -> bool:
        """Whether the server answers."""
        server = postmaster.read(self.data)
        return server is not None and server.status == "ready" and _answers(self.socket_directory)

    def start(self) -> None:
        """Start the server unless it runs, making its data first where there are none.

        Of several processes that start it at once, one does and the others wait. The server has a
        session of its own, so that neither Ctrl-C nor a closed terminal ends it.

        Raises DatabaseUnavailable: ``embedded_not_installed``, ``embedded_version_mismatch`` for
        data of another major version, ``embedded_not_started`` with the reason from its log, or
        the cause where the system refuses.
        """
        if not self.is_running():
            from crm.embedded import server

            server.start(self)

    def stop(self) -> None:
        """Stop the server if it runs; what is not committed is rolled back.

        Raises DatabaseUnavailable ``embedded_not_stopped``.
        """
        if self.is_initialised():
            from crm.embedded import server

            server.stop(self)

    def version(self) -> str:
        """Return the version of the binaries, such as ``18.1``."""
        from crm.embedded import programs

        return programs.version(self.binaries())

    def binaries(self) -> Path:
        """Return the directory of ``initdb``, ``pg_ctl``, ``pg_dump`` and the others.

        Raises DatabaseUnavailable ``embedded_not_installed``.
        """
        if self._binaries is None:
            from crm.embedded import programs

            self._binaries = programs.packaged()
        return self._binaries


def _fits(directory: Path) -> bool:
    # A comma divides hosts in a URL, and quotes would end the server's setting.
    plain = str(directory).isprintable() and not set(str(directory)) & set(",'\"\\")
    return plain and len(os.fsencode(socket_path(directory))) <= _LONGEST_SOCKET


def socket_path(directory: Path) -> Path:
    """Return where PostgreSQL puts its socket in ``directory``."""
    return directory / f".s.PGSQL.{PORT}"


def _elsewhere(home: Path) -> Path:
    import tempfile
    from hashlib import sha256

    name = f"epicevents-{sha256(os.fsencode(home)).hexdigest()[:16]}"
    # Root's own runtime directory is closed to the user that the server then runs as.
    runtime = os.environ.get("XDG_RUNTIME_DIR", "") if os.geteuid() else ""
    places = [Path(place) for place in (runtime, tempfile.gettempdir(), "/tmp") if place]  # noqa: S108
    usable = (place / name for place in places if place.is_absolute() and place.is_dir())
    return next((directory for directory in usable if _fits(directory)), Path("/tmp", name))  # noqa: S108


def _answers(directory: Path) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(socket_path(directory)))
        except BlockingIOError:  # so many connect at once that its queue is full
            return True
        except OSError:
            return False
        return True
