"""Raw SQL as an insider with psql writes it: somebody's session, and what the database refuses."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.database import Database
from support.waiting import PATIENCE

Parameters = Sequence[Any] | Mapping[str, Any]


@contextmanager
def acting(database: Database, user_id: int | None) -> Iterator[Cursor]:
    """A transaction of the app's login that has shown an employee's session; rolled back."""
    with acting_with(database, None if user_id is None else database.session_of(user_id)) as cursor:
        yield cursor


@contextmanager
def acting_with(database: Database, secret: str | None) -> Iterator[Cursor]:
    """A transaction of the app's login that has shown ``secret``; rolled back at the end."""
    connection = database.borrow("app")
    connection.autocommit = True
    try:
        cursor = connection.cursor()
        cursor.execute("BEGIN")
        if secret is not None:
            cursor.execute("SELECT begin_session(%s)", (secret,))
        yield cursor
    finally:
        database.give_back("app", connection)


def refusal(cursor: Cursor, statement: str, parameters: Parameters = ()) -> tuple[str, str]:
    """Run what must fail; return the SQLSTATE and the constraint's name."""
    outcome = attempt(cursor, statement, parameters)
    assert isinstance(outcome, psycopg2.Error), f"not refused: {statement}"
    return outcome.pgcode or "", outcome.diag.constraint_name or ""


def attempt(cursor: Cursor, statement: str, parameters: Parameters = ()) -> int | psycopg2.Error:
    """Run a statement in a savepoint; return how many rows it touched, or its error."""
    cursor.execute("SAVEPOINT attempt")
    try:
        cursor.execute(statement, parameters)
    except psycopg2.Error as error:
        cursor.execute("ROLLBACK TO attempt")
        return error
    touched = cursor.rowcount
    cursor.execute("RELEASE attempt")
    return touched


class InBackground:
    """A statement that may have to wait, running on its own connection's thread."""

    def __init__(self, cursor: Cursor, statement: str, parameters: Parameters = ()) -> None:
        self.error: psycopg2.Error | None = None
        self._cursor = cursor
        self._pid = cursor.connection.info.backend_pid
        self._thread = threading.Thread(target=self._run, args=(statement, parameters))
        self._thread.start()

    def _run(self, statement: str, parameters: Parameters) -> None:
        try:
            self._cursor.execute(statement, parameters)
        except psycopg2.Error as error:
            self.error = error

    def wait_until_blocked(self, observer: Cursor) -> bool:
        """Wait until the statement waits for somebody (true) or has ended (false)."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            observer.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", (self._pid,))
            if observer.fetchone() == (True,):
                return True
            if not self._thread.is_alive():
                return False
            time.sleep(0.005)
        raise TimeoutError

    def result(self) -> str | None:
        """Wait for the end; return the constraint or SQLSTATE that refused it, if one did."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        if self.error is None:
            return None
        return self.error.diag.constraint_name or self.error.pgcode
