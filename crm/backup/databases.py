"""Whole databases: one to try a backup in, and the exchange of two in one moment."""

import re
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  a class
from psycopg2.sql import SQL, Composed, Identifier

from crm.database import provisioning
from crm.database.administrator import connect_administrator
from crm.database.transaction import Transaction, transaction
from crm.domain.errors import Conflict, CRMError, DatabaseUnavailable
from crm.domain.i18n import gettext as _

# Any number will do, as long as every restore and check on a server asks for the same one.
_LOCK = 7_301_943_202
_TRIED = "epicevents_scratch_"
_BEFORE = "_before_"
_NAMED = 40  # characters of the target; _BEFORE and the moment fill the 63 that a name has
_LINGERS = 2  # seconds that the server may take to notice who has gone
_PAUSE = 0.05  # seconds between two looks at who is connected


class Server:
    """A database server, as its administrator sees it, while a backup is tried on it."""

    def __init__(self, parameters: Mapping[str, str], connection: Connection) -> None:
        self.parameters = dict(parameters)
        self.target = parameters.get("dbname", provisioning.DATABASE)
        self._connection = connection

    def parameters_for(self, database: str) -> dict[str, str]:
        """Return libpq's parameters for another database of the server."""
        return {**self.parameters, "dbname": database}

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Run a transaction outside of every database of ours."""
        with transaction(self._connection, None) as tx:
            yield tx

    def exists(self, database: str) -> bool:
        """Whether there is a database of that name."""
        with self.transaction() as tx:
            return tx.row("SELECT 1 FROM pg_database WHERE datname = %s", (database,)) is not None

    def drop(self, database: str) -> None:
        """Drop a database, whoever is connected to it."""
        provisioning.drop_database(self.parameters_for(database))

    @contextmanager
    def scratch(self) -> Iterator[str]:
        """Make an empty database and drop it at the end, unless it has got another name by then."""
        name = _TRIED + secrets.token_hex(4)
        try:
            provisioning.create_database(self.parameters_for(name))
            yield name
        finally:
            self.drop(name)

    def tidy_up(self) -> None:
        """Drop what a restore or check that was killed has left behind; nobody else is at it."""
        with self.transaction() as tx:
            left = tx.rows(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (_TRIED,)
            )
        for (name,) in left:
            self.drop(name)

    def exchange(self, new: str) -> str | None:
        """Let ``new`` take the target's place, in one transaction; return what that is now called.

        Killed at any moment, there is one target, open to everybody: the one before or the new one.
        Raises DatabaseUnavailable ``database_in_use``; the target is then as it was.
        """
        if not self.exists(self.target):
            with self.transaction() as tx:
                tx.execute(_rename(new, self.target))
            return None
        kept = f"{self.target[:_NAMED]}{_BEFORE}{datetime.now(UTC):%Y%m%d_%H%M%S}"
        try:
            with self._keep_empty([self.target, new]), self.transaction() as tx:
                # The first rename waits up to five seconds until the database is empty, and holds
                # a lock behind which whoever connects must wait.
                tx.execute(_rename(self.target, kept))
                tx.execute(_rename(new, self.target))
                # Only to look into: nobody goes on working where nobody will look.
                tx.execute(
                    SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(Identifier(kept))
                )
        except Exception as error:
            # It comes as one of our errors; the driver's, beneath it, tells what PostgreSQL waited
            # for.
            if isinstance(error.__cause__, psycopg2.errors.ObjectInUse):
                raise DatabaseUnavailable(
                    _(
                        "Another session would not disconnect, so the restored database was not put"
                        " in place."
                    ),
                    hint=_("Try again when nobody else is connected."),
                    code="database_in_use",
                ) from error
            raise
        return kept

    @contextmanager
    def _keep_empty(self, names: list[str]) -> Iterator[None]:
        """End the sessions of databases, and while the block lasts those that come meanwhile."""
        with self.transaction() as tx:
            _end_sessions(tx, names)
        done = threading.Event()

        def end_newcomers() -> None:
            # If it fails, the rename says that somebody is connected.
            with (
                suppress(CRMError),
                closing(connect_administrator(self.parameters_for("postgres"))) as connection,
            ):
                while not done.wait(_PAUSE):
                    with transaction(connection, None) as tx:
                        _end_sessions(tx, names)

        ending = threading.Thread(target=end_newcomers, name="end_newcomers", daemon=True)
        ending.start()
        try:
            yield
        finally:
            done.set()
            ending.join()

    def list_replaced(self) -> list[str]:
        """Return the databases that earlier restores have replaced, the oldest first."""
        pattern = f"^{re.escape(self.target[:_NAMED] + _BEFORE)}[0-9]{{8}}_[0-9]{{6}}$"
        with self.transaction() as tx:
            return [
                name
                for (name,) in tx.rows("SELECT datname::text FROM pg_database ORDER BY 1")
                if re.match(pattern, name)
            ]


@contextmanager
def lock_server(parameters: Mapping[str, str]) -> Iterator[Server]:
    """Be the only one who restores or checks a backup on an administrator's server.

    Raises Conflict ``busy`` where somebody else does.
    """
    with closing(connect_administrator({**parameters, "dbname": "postgres"})) as connection:
        found = Server(parameters, connection)
        deadline = time.monotonic() + _LINGERS
        while not _try_lock(found):
            if time.monotonic() > deadline:
                raise Conflict(
                    _("Another restore or check is running on this server."),
                    hint=_("Try again when it has finished."),
                    code="busy",
                )
            time.sleep(_PAUSE)
        found.tidy_up()
        yield found


def _try_lock(server: Server) -> bool:
    with server.transaction() as tx:
        return bool(tx.value("SELECT pg_try_advisory_lock(%s)", (_LOCK,)))


def _rename(old: str, new: str) -> Composed:
    return SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(old), Identifier(new))


def _end_sessions(tx: Transaction, names: list[str]) -> None:
    tx.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)", (names,)
    )
