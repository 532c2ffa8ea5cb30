"""One server's place: where its data, socket and programs are, and whether it answers."""

import os
import sys
from pathlib import Path
from urllib.parse import quote

from crm.embedded import postmaster

PORT = 5432  # part of the socket's name; nothing listens on the network

_LONGEST_SOCKET = 103 if sys.platform == "darwin" else 107  # bytes


class Place:
    """Where one server is: its data in ``postgres`` and its socket in ``run`` under ``home``.

    For root both can lie apart from the home; see :mod:`crm.embedded.reach`. ``binaries`` are the
    package's own unless given. ``fast`` gives up durability, for tests.
    """

    def __init__(self, home: Path, binaries: Path | None = None, *, fast: bool = False) -> None:
        self.home = self.root = Path(os.path.realpath(home))
        if _is_root():
            from crm.embedded import reach

            self.root = reach.find_root(self.home)
        self.data = self.root / "postgres"
        self.log = self.data / "server.log"
        self.fast = fast
        self._binaries = binaries

    @property
    def socket_directory(self) -> Path:
        """Return ``run`` beside the data, or another where the socket's path would be too long.

        Raises DatabaseUnavailable ``unsafe_directory`` where somebody else made it.
        """
        directory = self.root / "run"
        if not _fits(directory):
            directory = self._sockets_elsewhere()
        if os.path.lexists(directory):
            from crm.embedded.account import refuse_foreign_directory

            refuse_foreign_directory(directory, self.home)
        return directory

    def _sockets_elsewhere(self) -> Path:
        if _is_root():  # whose temporary files may be closed to the server
            from crm.embedded import reach

            return reach.find_place_apart(self.home) / "run"
        server = postmaster.read_postmaster(self.data)
        named = server.socket_directory if server else ""  # its TMPDIR may not be ours
        return Path(named) if named else _temporary(self.home)

    def url(self, user: str = "epicevents_cli", database: str = "epicevents") -> str:
        """Return the URL to connect with; no password is asked for."""
        host = quote(os.fsencode(self.socket_directory), safe="")
        names = f"{quote(user, safe='')}@/{quote(database, safe='')}"
        return f"postgresql://{names}?host={host}&port={PORT}"

    def is_initialised(self) -> bool:
        """Whether there are data."""
        return (self.data / "PG_VERSION").exists()

    def is_running(self) -> bool:
        """Whether the server answers. Raises DatabaseUnavailable for one of somebody else."""
        server = postmaster.read_postmaster(self.data)
        if server is None or server.status != "ready":
            return False
        from crm.embedded.account import refuse_foreign_directory

        refuse_foreign_directory(self.data, self.home)
        return _answers(self.socket_directory)

    def version(self) -> str:
        """Return the version of the programs, such as ``18.1``."""
        from crm.embedded import programs

        return programs.read_version(self.binaries())

    def binaries(self) -> Path:
        """Return the directory of ``initdb``, ``pg_ctl``, ``pg_dump`` and the others.

        Raises DatabaseUnavailable ``embedded_not_installed``.
        """
        if self._binaries is None:
            from crm.embedded import packages

            self._binaries = packages.find_programs()
        return self._binaries


def build_socket_path(directory: Path) -> Path:
    """Return where PostgreSQL puts its socket in ``directory``."""
    return directory / f".s.PGSQL.{PORT}"


def _fits(directory: Path) -> bool:
    # A comma divides hosts in a URL, and quotes would end the server's setting.
    plain = str(directory).isprintable() and not set(str(directory)) & set(",'\"\\")
    return plain and len(os.fsencode(build_socket_path(directory))) <= _LONGEST_SOCKET


def _is_root() -> bool:
    return os.name == "posix" and os.geteuid() == 0


def _temporary(home: Path) -> Path:
    import tempfile
    from hashlib import sha256

    name = f"epicevents-{sha256(os.fsencode(home)).hexdigest()[:16]}"
    # The last is short on every system, and a socket's path has at most a hundred characters. The
    # directory in it must be ours: see make_private().
    shortest = "/tmp"  # noqa: S108
    named = (os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), shortest)
    places = [Path(place) for place in named if place]
    usable = (place / name for place in places if place.is_absolute() and place.is_dir())
    return next((directory for directory in usable if _fits(directory)), Path(shortest, name))


def _answers(directory: Path) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(build_socket_path(directory)))
        except BlockingIOError:  # so many connect at once that its queue is full
            return True
        except OSError:
            # No socket, or one that a killed server left behind.
            return False
        return True
