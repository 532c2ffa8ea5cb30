"""One connection, one transaction, one identity.

A transaction introduces itself with the session's secret and learns from the database whom it acts
for. Reading uses the connection at once; the first write binds a SQLAlchemy session to the same
connection, so that both see one transaction. Only this module commits.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, make_dsn
from psycopg2.extensions import connection as Connection  # noqa: N812  a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812  a class

from crm.database.actor import not_logged_in_error, read_actor
from crm.database.errors import outcome_unknown_error, translate_errors
from crm.database.interruption import cancel_on_interrupt, open_interruptibly
from crm.database.revision import require_revision
from crm.domain.errors import (
    ConnectionLost,
    DatabaseUnavailable,
    OutcomeUnknown,
)
from crm.domain.permissions import Actor
from crm.domain.rows import Row, build_row_type

if TYPE_CHECKING:
    from psycopg2.sql import Composable
    from sqlalchemy.orm import Session

# The login's defaults can be changed by whoever has its password, and PGOPTIONS is anybody's; no
# session is found at another isolation, and no table along another path. To compile a statement,
# which servers do that expect it to take long, takes longer than running it.
BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL search_path = public; SET LOCAL jit = off"
INTRODUCE = (
    "SELECT set_config('epicevents.command', %s, true),"
    " set_config('epicevents.timezone', %s, true); SELECT * FROM begin_session(%s)"
)

Parameters = Sequence[Any] | Mapping[str, Any]


class Transaction:
    """What services work with: the actor, rows to read, a SQLAlchemy session to write."""

    def __init__(self, connection: Connection, actor: Actor | None) -> None:
        self.connection = connection
        self._actor = actor
        self._executed = False

    @property
    def has_written(self) -> bool:
        """Whether anything but reading was asked of it."""
        # The session is made when a service first writes, or reads in order to.
        return self._executed or "session" in vars(self)

    @property
    def actor(self) -> Actor:
        """The employee whom this transaction acts for. Raises NotLoggedIn where nobody is."""
        if self._actor is None:
            raise not_logged_in_error()
        return self._actor

    def rows(self, query: "str | Composable", parameters: Parameters = ()) -> list[Row]:
        """Return all rows of a query."""
        with self.connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return list(map(_find_row_type(cursor), cursor.fetchall()))

    def row(self, query: "str | Composable", parameters: Parameters = ()) -> Row | None:
        """Return the first row of a query, if there is one."""
        with self.connection.cursor() as cursor:
            cursor.execute(query, parameters)
            found = cursor.fetchone()
            return None if found is None else _find_row_type(cursor)(found)

    def value(self, query: "str | Composable", parameters: Parameters = ()) -> Any:
        """Return the first column of a query's first row, ``None`` without a row."""
        row = self.row(query, parameters)
        return None if row is None else next(iter(row))

    def execute(self, query: "str | Composable", parameters: Parameters = ()) -> None:
        """Run a statement that writes, and returns nothing."""
        self._executed = True
        with self.connection.cursor() as cursor:
            cursor.execute(query, parameters)

    def stream(
        self, query: "str | Composable", parameters: Parameters = (), size: int = 2000
    ) -> Iterator[Row]:
        """Yield the rows of a query through a server-side cursor, ``size`` at a time."""
        from psycopg2.sql import SQL

        with self.connection.cursor() as cursor:
            cursor.execute(
                SQL("DECLARE listing NO SCROLL CURSOR FOR {}").format(
                    SQL(query) if isinstance(query, str) else query
                ),
                parameters,
            )
            while True:
                cursor.execute("FETCH %s FROM listing", (size,))
                rows = cursor.fetchall()
                yield from map(_find_row_type(cursor), rows)
                if len(rows) < size:
                    break
            cursor.execute("CLOSE listing")

    @cached_property
    def session(self) -> "Session":
        """The SQLAlchemy session of this transaction; importing SQLAlchemy is paid for here.

        The driver's own commit and rollback do nothing on a connection in autocommit mode, so
        neither SQLAlchemy's first connect nor a closed session can end what ``BEGIN`` began.
        """
        from sqlalchemy import create_engine
        from sqlalchemy.orm import Session
        from sqlalchemy.pool import StaticPool

        engine = create_engine(
            "postgresql+psycopg2://",
            creator=lambda: self.connection,
            poolclass=StaticPool,
            # An error would quote them: rows, and what somebody typed.
            hide_parameters=True,
        )
        # Records are shown after the commit, when reading them again would need a transaction.
        return Session(engine, expire_on_commit=False)

    def give_reason(self, reason: str) -> None:
        """Say why this transaction writes what it writes; rules that need a reason find it here."""
        self.execute("SELECT set_config('epicevents.reason', %s, true)", (reason,))


@contextmanager
def transaction(
    connection: Connection,
    secret: str | None,
    *,
    command: str = "",
    zone: str = "",
    dry_run: bool = False,
) -> Iterator[Transaction]:
    """Run one transaction for whoever holds ``secret``; commit at the end, roll back on an error.

    ``command`` is what the audit calls it, ``zone`` the company's time zone, which decides which
    day it is. A dry run does everything and keeps nothing. Without a secret nobody is logged in,
    which is enough to log in.

    Raises NotLoggedIn when the session has ended, DatabaseUnavailable when the server is away or
    its schema is of another version, and for what a constraint refuses the error of its rule.
    ConnectionLost means that nothing was kept, OutcomeUnknown that the reply to COMMIT is missing.
    """
    with _separate_lost_connection(connection):
        yield from _transaction(connection, secret, command, zone, dry_run)


def _transaction(
    connection: Connection, secret: str | None, command: str, zone: str, dry_run: bool
) -> Iterator[Transaction]:
    connection.autocommit = True
    with translate_errors(), connection.cursor() as cursor:
        if secret is None:
            cursor.execute(BEGIN)
            actor = None
        else:
            cursor.execute(f"{BEGIN}; {INTRODUCE}", (command, zone, secret))
            found = cursor.fetchone()
            names = _find_row_type(cursor).names
            actor = read_actor(None if found is None else dict(zip(names, found, strict=True)))
    current = Transaction(connection, actor)
    try:
        with translate_errors():
            with cancel_on_interrupt(connection.cancel):
                yield current
            if dry_run:
                with connection.cursor() as cursor:
                    cursor.execute("ROLLBACK")
            else:
                _commit(current)
    except BaseException:
        # Also for Ctrl-C and a consumer that stops: locks must not outlive the command in a shell.
        _roll_back(connection)
        raise


def _find_row_type(cursor: Cursor) -> type[Row]:
    """Return the type of the rows that a statement gives."""
    return build_row_type(tuple(column.name for column in cursor.description or ()))


def _roll_back(connection: Connection) -> None:
    """End the transaction, if need be with its connection."""
    # A rollback fails where the connection is broken; closing it below does the same.
    with suppress(psycopg2.Error), connection.cursor() as cursor:
        cursor.execute("ROLLBACK")
    if connection.info.transaction_status != TRANSACTION_STATUS_IDLE:
        connection.close()


def _commit(current: Transaction) -> None:
    try:
        with current.connection.cursor() as cursor:
            cursor.execute("COMMIT")
    except psycopg2.Error as error:
        # A server that answers has kept nothing. One that has gone may have committed before, and
        # only what has written can be in doubt.
        if current.connection.closed and current.has_written:
            raise outcome_unknown_error() from error
        raise


@contextmanager
def _separate_lost_connection(connection: Connection) -> Iterator[None]:
    """Tell a connection that broke from a server that cannot be reached."""
    try:
        yield
    except OutcomeUnknown:
        # Worse than a lost connection, of which it is a kind: it must not be told as one.
        raise
    except DatabaseUnavailable as error:
        # A connection that was open and broke: running the command again is enough.
        if not connection.closed:
            raise
        raise ConnectionLost(
            error.message, hint=error.hint, code=error.code, details=error.details
        ) from error


def connect(parameters: Mapping[str, str]) -> Connection:
    """Open a connection with libpq's ``parameters``, in UTF-8. Raises DatabaseUnavailable."""
    ours = {"connect_timeout": "5", "application_name": "epicevents", "client_encoding": "UTF8"}
    with translate_errors():
        dsn = make_dsn(**{**ours, **parameters})
        return open_interruptibly(lambda: psycopg2.connect(dsn), Connection.close)


def identify_company(connection: Connection) -> str:
    """Return which company a database is, a UUID that a restored copy has too.

    Raises DatabaseUnavailable where this program may not work with the schema.
    """
    connection.autocommit = True
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT public.installation_id()::text, version_num, public.oldest_program()"
            " FROM public.alembic_version"
        )
        ((installation, revision, oldest_program),) = cursor.fetchall()
    require_revision(revision, oldest_program)
    return str(installation)
