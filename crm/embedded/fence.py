"""What no file of a data directory may decide: it is given on the command line, which wins.

``postgresql.conf``, all that it includes and ``postgresql.auto.conf`` are read whatever
``config_file`` says, and each of them could name a command to run or a library to load. Settings
within the database win over the command line; that is why data that were not made here are not
started at all (:mod:`crm.embedded.origin`).
"""

import re
import shlex
from pathlib import Path

from crm.embedded import programs
from crm.embedded.place import PORT

# Commands that the server runs, libraries that it loads, where it looks for them, and servers that
# it follows. By their names, since even minor releases add some.
_REACHING_OUT = re.compile("_(command|library|libraries|path|destdir|provider|conninfo)$")

_CLOSED = {
    "archive_mode": "off",
    "data_directory": ".",
    "event_triggers": "off",
    "external_pid_file": "server.pid",  # with none named it would complain
    "hba_file": "pg_hba.conf",
    "ident_file": "pg_ident.conf",
    "listen_addresses": "",
    "log_destination": "stderr",
    "logging_collector": "off",
    "port": str(PORT),
    "ssl": "off",
    "unix_socket_permissions": "0700",
}


def build_options(binaries: Path, sockets: Path) -> str:
    """Return the server's command-line options, quoted for the shell through which pg_ctl runs it.

    Each setting that reaches out of the data directory gets PostgreSQL's own default.
    """
    known = _describe(binaries)
    reaching = {name: default for name, default in known.items() if _REACHING_OUT.search(name)}
    closed = {name: value for name, value in _CLOSED.items() if name in known}
    settings = reaching | closed | {"unix_socket_directories": str(sockets)}
    return shlex.join(word for item in settings.items() for word in ("-c", "=".join(item)))


def _describe(binaries: Path) -> dict[str, str]:
    """Return the settings that these programs know, with the default of each that is a text."""
    said = programs.run_program(
        binaries / "postgres", "--describe-config", directory=Path("/")
    ).stdout
    rows = (line.split("\t") for line in said.splitlines())
    return {row[0]: row[4] if row[3] == "STRING" else "" for row in rows if len(row) > 4}
