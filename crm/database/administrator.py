"""Working on the company's database with an administrator's URL, without a superuser's power.

Whatever runs in a database can say RESET ROLE, and is then whoever logged in. So what touches the
company's records, and with them its triggers and functions, logs in as ``epicevents_admin``: a
member of the owner, and no superuser. A superuser logs in to make roles and databases, and runs
nothing of the database's own.
"""

import secrets
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, suppress

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812  a class
from psycopg2.extensions import encrypt_password
from psycopg2.sql import SQL, Identifier, Literal

from crm.database.errors import translate_errors
from crm.database.transaction import connect
from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _

OWNER = "epicevents_owner"
ADMIN = "epicevents_admin"

_LIFETIME = "1 minute"  # of a password that is made to log in once
_ATTEMPTS = 5  # another command may have made another one meanwhile
_LOCK = 7_301_943_203  # any number, as long as every command asks for the same one


def connect_administrator(parameters: Mapping[str, str]) -> Connection:
    """Connect as the administrator, where no object of the database stands in for PostgreSQL's."""
    connection = connect(parameters)
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute("SET search_path = pg_catalog, pg_temp")
    connection.commit()
    return connection


def is_superuser(parameters: Mapping[str, str]) -> bool:
    """Whether the administrator is a superuser."""
    with closing(connect_administrator(parameters)) as connection:
        return _is_superuser(connection)


def connect_owner(parameters: Mapping[str, str]) -> Connection:
    """Connect as a member of the owner who is no superuser.

    That is the administrator, or else ``epicevents_admin``, who has no password unless somebody
    gave it one: where the server asks for one, it gets one for this moment.

    Raises DatabaseUnavailable ``admin_not_admitted`` where the server does not let it in.
    """
    with closing(connect_administrator(parameters)) as administrator, translate_errors():
        if not _is_superuser(administrator):
            return connect(parameters)
        # Statements about roles stand by themselves: one that another command has forestalled must
        # not undo those before it.
        administrator.autocommit = True
        with administrator.cursor() as cursor:
            make_admin(cursor)
            return _log_in(cursor, parameters)


def _is_superuser(connection: Connection) -> bool:
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = session_user")
        found = cursor.fetchone() == (True,)
    connection.rollback()
    return found


def make_admin(cursor: Cursor) -> None:
    """Make the role ``epicevents_admin`` a member of the owner, unless it is."""
    for role, option in ((OWNER, "NOLOGIN"), (ADMIN, "LOGIN")):
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
        if not cursor.fetchone():
            with suppress(psycopg2.errors.DuplicateObject, psycopg2.IntegrityError):  # a race
                cursor.execute(SQL("CREATE ROLE {} {}").format(Identifier(role), SQL(option)))
    cursor.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", (ADMIN, OWNER))
    if cursor.fetchone() != (True,):
        with suppress(psycopg2.IntegrityError, psycopg2.InternalError):  # the same
            cursor.execute(SQL("GRANT {} TO {}").format(Identifier(OWNER), Identifier(ADMIN)))


def _log_in(cursor: Cursor, parameters: Mapping[str, str]) -> Connection:
    own = {name: value for name, value in parameters.items() if name != "password"}
    own["user"] = ADMIN
    refusal: DatabaseUnavailable | None = None
    with closing(_passwords(cursor)) as passwords:
        for password in passwords:
            for place in _places(cursor, own):
                try:
                    return connect(place | ({"password": password} if password else {}))
                except DatabaseUnavailable as error:
                    # Of several places one is enough. The last refusal becomes the cause.
                    refusal = error
    raise DatabaseUnavailable(
        _("The server does not let {role} log in to {database}.").format(
            role=ADMIN, database=own.get("dbname", "")
        ),
        hint=_(
            "Add to pg_hba.conf: host all {role} samehost scram-sha-256, and let it be read again."
        ).format(role=ADMIN),
        code="admin_not_admitted",
    ) from refusal


def _passwords(cursor: Cursor) -> Generator[str | None]:
    """Yield none, which will do where the server trusts or a pgpass file has one; then new ones."""
    yield None
    cursor.execute("SET lock_timeout = '10s'")
    with suppress(psycopg2.errors.LockNotAvailable):  # commands in other databases do not wait
        cursor.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
    try:
        for _attempt in range(_ATTEMPTS):
            password = secrets.token_urlsafe(24)
            if _set_password(cursor, password):
                yield password
    finally:
        _set_password(cursor, None)


def _set_password(cursor: Cursor, password: str | None) -> bool:
    """Set or clear the password; return False where another command does that at this moment."""
    value = password and encrypt_password(password, ADMIN, cursor.connection, "scram-sha-256")
    cursor.execute("SELECT (now() + %s::interval)::text", (_LIFETIME,))
    ((until,),) = cursor.fetchall()
    try:
        cursor.execute(
            SQL("ALTER ROLE {} PASSWORD {} VALID UNTIL {}").format(
                Identifier(ADMIN), Literal(value), Literal(until if password else "infinity")
            )
        )
    except psycopg2.InternalError:  # "tuple concurrently updated"
        return False
    return True


def _places(cursor: Cursor, parameters: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield where to log in: as the administrator did, and over loopback for a socket.

    Sockets often let everybody in as the system user of the same name alone.
    """
    yield dict(parameters)
    if parameters.get("host", "/").startswith(("/", "@")):
        cursor.execute("SELECT current_setting('listen_addresses'), current_setting('port')")
        ((addresses, port),) = cursor.fetchall()
        if addresses:
            yield {**parameters, "host": "127.0.0.1", "port": port}
