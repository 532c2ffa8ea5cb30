"""A database of its own for a test, and transactions in it as somebody."""

import itertools
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from select import select

from psycopg2 import Error
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.sql import SQL, Identifier

from crm.database import provisioning, upgrades
from crm.database.transaction import Transaction, connect, transaction
from crm.embedded import Cluster
from crm.settings.url import parse_database_url

# Milliseconds for those who have closed their connection to be gone: where somebody is there yet,
# DROP DATABASE looks again after 100.
LEAVING = 50

_numbers = itertools.count(1)
_servers: dict[tuple[str | None, str | None], Connection] = {}
# By database and user: connections in autocommit mode that are lent again.
_idle: dict[tuple[str, str], list[Connection]] = {}


def migrate(cluster: Cluster, name: str) -> dict[str, str]:
    """Make a database with the schema and no data, and the roles if need be; return where."""
    parameters = parse_database_url(cluster.url("postgres", name))
    assert upgrades.make_database(parameters) == []
    return parameters


@contextmanager
def copied(template: dict[str, str], *setup: str) -> "Iterator[Database]":
    """Yield a copy of a template, in which the owner has run ``setup``, and drop it at the end."""
    database = Database(template)
    database.create()
    try:
        if setup:
            connection = database.owner()
            for statements in setup:
                connection.cursor().execute(statements)
            connection.close()
        yield database
    finally:
        database.drop()


class Database:
    """A copy of a template database, which may be damaged at will.

    A backend that has just been forked reads its catalogue anew, which takes longer than most of
    what tests ask. So connections that nobody needs any more are lent again, as a pooler does,
    unless a test that counts connections, or what one has read, says that it does not ``lend``.
    """

    lend = True

    def __init__(self, template: dict[str, str], name: str | None = None) -> None:
        self.template = template
        self.name = name or f"test_{os.getpid()}_{next(_numbers)}"
        self.admin = {**template, "dbname": self.name}
        self.app = {**self.admin, "user": provisioning.LOGIN}

    def create(self) -> dict[str, str]:
        """Copy the template, with the privileges that a copy does not inherit."""
        _close_idle(self.template["dbname"])
        names = {
            "name": Identifier(self.name),
            "template": Identifier(self.template["dbname"]),
            "owner": Identifier(provisioning.OWNER),
            "group": Identifier(provisioning.GROUP),
        }
        for statements in (
            "CREATE DATABASE {name} OWNER {owner} TEMPLATE {template} STRATEGY file_copy",
            "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {name} TO {group}",
        ):
            self.server().execute(SQL(statements).format(**names))
        return self.admin

    def drop(self) -> None:
        """Remove the database, whoever is still connected."""
        _close_idle(self.name)
        cursor = self.server()
        for _moment in range(LEAVING):
            cursor.execute("SELECT FROM pg_stat_activity WHERE datname = %s", (self.name,))
            if not cursor.rowcount:
                break
            time.sleep(0.001)
        cursor.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(self.name)))

    def owner(self) -> Connection:
        """A connection in autocommit mode as the owner, whom no policy binds."""
        connection = connect(self.admin)
        connection.autocommit = True
        connection.cursor().execute("SET ROLE epicevents_owner")
        return connection

    def borrow(self, user: str) -> Connection:
        """A connection as ``admin`` or ``app`` that was given back before, or a new one."""
        idle = _idle.get((self.name, user), [])
        while idle:
            connection = idle.pop()
            if not connection.closed and not select([connection], [], [], 0)[0]:
                return connection
            connection.close()
        return connect(self.admin if user == "admin" else self.app)

    def give_back(self, user: str, connection: Connection) -> None:
        """Take back a connection that was borrowed, with nothing of what was done left on it."""
        if not self.lend:
            connection.close()
            return
        try:
            connection.autocommit = True
            cursor = connection.cursor()
            if connection.info.transaction_status != TRANSACTION_STATUS_IDLE:
                cursor.execute("ROLLBACK")
            cursor.execute("DISCARD ALL")
        except Error:  # it is in the middle of something, or gone
            connection.close()
        else:
            _idle.setdefault((self.name, user), []).append(connection)

    @contextmanager
    def borrowed_owner(self) -> Iterator[Cursor]:
        """A cursor in autocommit mode as the owner."""
        connection = self.borrow("admin")
        connection.autocommit = True
        try:
            cursor = connection.cursor()
            cursor.execute("SET ROLE epicevents_owner")
            yield cursor
        finally:
            self.give_back("admin", connection)

    def session_of(self, user_id: int) -> str:
        """Open a session for an employee without the cost of a password; return its secret."""
        secret = secrets.token_urlsafe(32)
        with self.borrowed_owner() as cursor:
            cursor.execute(
                """
                WITH opened AS (
                    INSERT INTO sessions
                        (secret_hash, user_id, credential, attempt_id, created_at, expires_at)
                    SELECT sha256(convert_to(%s, 'UTF8')), id,
                        sha256(convert_to(hashed_password, 'UTF8')),
                        -(SELECT count(*) FROM sessions) - 1, utc_now(),
                        utc_now() + interval '1 hour'
                    FROM users WHERE id = %s
                    RETURNING id, created_at
                )
                INSERT INTO session_uses SELECT id, created_at FROM opened
                """,
                (secret, user_id),
            )
        return secret

    def installation(self) -> str:
        """Return which company it is."""
        with self.borrowed_owner() as cursor:
            cursor.execute("SELECT installation_id()::text")
            ((installation,),) = cursor.fetchall()
        return str(installation)

    @contextmanager
    def as_user(self, user_id: int, *, dry_run: bool = False) -> Iterator[Transaction]:
        """A transaction of the program's own login, acting for an employee."""
        connection = self.borrow("app")
        try:
            with transaction(
                connection, self.session_of(user_id), command="test", dry_run=dry_run
            ) as current:
                yield current
        finally:
            self.give_back("app", connection)

    def server(self) -> Cursor:
        """A cursor in autocommit mode beside the databases, on a connection that stays open."""
        where = self.template.get("host"), self.template.get("port")
        connection = _servers.get(where)
        if connection is None or connection.closed:
            connection = _servers[where] = connect({**self.template, "dbname": "postgres"})
            connection.autocommit = True
        return connection.cursor()


def _close_idle(name: str) -> None:
    for user in ("admin", "app"):
        for connection in _idle.pop((name, user), []):
            connection.close()
