"""A real PostgreSQL on the network, with certificates that a test makes."""

import os
import shutil
import socket
import ssl
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
from support.certificates import Certificate
from support.cli import url
from support.company import fill
from support.database import Database
from support.listening import Listener
from support.places import in_memory

from crm.database import provisioning, upgrades
from crm.database.certificates import SSL_REQUEST
from crm.database.transaction import connect
from crm.embedded import programs
from crm.embedded.account import choose_account

HOST = socket.gethostname()  # a name that is not the loopback's, though it may lead there
INSTALLED = "usr/lib/postgresql/*/bin"


class TlsServer:
    """A server that listens on a port of this machine, for whom TLS is switched on.

    ``parameters`` are those of the program's login as a workstation uses them, by the name of the
    machine; ``admin`` those of the administrator by the socket.
    """

    def __init__(self, home: Path, binaries: Path) -> None:
        self.home = home
        self._binaries = binaries
        self._data = home / "data"
        self._account = choose_account(home, self._data)
        self.port = _free_port()
        self.admin = {
            "host": str(home), "port": str(self.port), "user": "postgres", "dbname": "epicevents",
        }  # fmt: skip
        self.parameters = {**self.admin, "host": HOST, "user": provisioning.LOGIN}

    @property
    def database(self) -> Database:
        """Its company, reached by the socket."""
        return Database(self.admin, self.admin["dbname"])

    def url(self, **changed: str) -> str:
        """Return the URL of the program's login, with more or other parameters."""
        return url(self.parameters | changed)

    def admin_url(self, **changed: str) -> str:
        """Return the administrator's URL over the network."""
        return url(self.parameters | {"user": "postgres"} | changed)

    def start(self, leaf: Certificate) -> None:
        """Make the data, start the server and fill it with a small company."""
        self.home.chmod(0o755)
        self._data.mkdir(mode=0o700)
        self._give(self._data)
        self._run("initdb", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
        (self._data / "pg_hba.conf").write_text(
            "local all all trust\nhostssl all all all trust\nhostnossl all all all trust\n"
        )
        settings = {
            "listen_addresses": "*", "port": self.port, "unix_socket_directories": self._data,
            "ssl": "on", "fsync": "off",
        }  # fmt: skip
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self.admin["host"] = str(self._data)
        self._lay(leaf)
        self._run("pg_ctl", "start", "--wait", "--log=server.log")
        upgrades.make_database(self.admin)
        with closing(connect(self.admin)) as connection:
            fill(connection)

    def present(self, leaf: Certificate, *more: Certificate) -> None:
        """Present another certificate from now on, with ``more`` behind it."""
        self._lay(leaf, more)
        self._run("pg_ctl", "reload")

    def stop(self) -> None:
        """Stop the server."""
        self._run("pg_ctl", "stop", "--mode=immediate")

    def _lay(self, leaf: Certificate, more: Iterable[Certificate] = ()) -> None:
        chain = [each.path.read_bytes() for each in (leaf, *more)]
        for name, content in {
            "server.crt": b"".join(chain),
            "server.key": leaf.key.read_bytes(),
        }.items():
            path = self._data / name
            path.unlink(missing_ok=True)
            path.touch(0o600)
            path.write_bytes(content)
            self._give(path)

    def _give(self, path: Path) -> None:
        if self._account:
            shutil.chown(path, self._account.uid, self._account.gid)

    def _run(self, program: str, *arguments: str) -> None:
        path = self._binaries / program
        done = programs.run_program(
            path, *arguments, "--pgdata=.", directory=self._data, account=self._account
        )
        assert done.returncode == 0, done.stdout


@contextmanager
def serving_tls(leaf: Certificate) -> Iterator[TlsServer]:
    """Run a server that presents ``leaf``; skip the test where no PostgreSQL here knows TLS."""
    home = Path(tempfile.mkdtemp(prefix="epicevents-tls-", dir=in_memory()))
    server = TlsServer(home, _find_binaries())
    try:
        server.start(leaf)
        yield server
    finally:
        server.stop()
        shutil.rmtree(home)


def _find_binaries() -> Path:
    """Return the programs of a PostgreSQL that knows TLS, which the bundled one does not."""
    named = os.environ.get("EPICEVENTS_TEST_POSTGRES")
    for directory in [*([Path(named)] if named else []), *sorted(Path("/").glob(INSTALLED))]:
        if b"SSL_CTX_new" in (directory / "postgres").read_bytes():
            return directory
    pytest.skip("no PostgreSQL with TLS is installed, such as Debian's package postgresql")


class Relay(Listener):
    """Stands between a workstation and the server with a certificate of its own.

    ``heard`` is what workstations say inside of TLS, or all that they say where TLS is not asked
    for; it is passed on to the server, and the answers back.
    """

    def __init__(self, server: TlsServer, leaf: Certificate) -> None:
        self.heard = b""
        self._server = server
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(leaf.path, leaf.key)
        super().__init__("")

    def meet(self, guest: socket.socket) -> None:
        """Take the guest's TLS off, and pass on what is said."""
        with suppress(OSError), guest:
            said = guest.recv(65536)
            if said != SSL_REQUEST:
                self._pass_on(guest, said)
                return
            guest.sendall(b"S")
            with self._context.wrap_socket(guest, server_side=True) as secured:
                self._pass_on(secured, b"")

    def _pass_on(self, guest: socket.socket, said: bytes) -> None:
        there = socket.socket(socket.AF_UNIX)
        there.connect(f"{self._server.admin['host']}/.s.PGSQL.{self._server.port}")
        answering = Thread(target=_copy, args=(there, guest), daemon=True)
        answering.start()
        with there:
            while said or (said := guest.recv(65536)):
                self.heard += said
                there.sendall(said)
                said = b""
            there.shutdown(socket.SHUT_RDWR)
            answering.join()


@contextmanager
def relaying(server: TlsServer, leaf: Certificate) -> Iterator[Relay]:
    """Run a relay for a while."""
    relay = Relay(server, leaf)
    try:
        yield relay
    finally:
        relay.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while said := source.recv(65536):
            target.sendall(said)


def _free_port() -> int:
    with socket.create_server(("", 0)) as listener:
        return int(listener.getsockname()[1])
