"""What belongs to the server rather than to a database: its roles, its privileges and settings.

A manifest is as little believed as the rest of a file: of it come names and values, each quoted, of
the kinds that a database of ours has.
"""

from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from psycopg2.extensions import connection as Connection  # noqa: N812  a class
from psycopg2.sql import SQL, Composable, Identifier, Literal

from crm.backup.manifest import Contents
from crm.database import provisioning
from crm.database.administrator import ADMIN, connect_administrator
from crm.database.transaction import transaction
from crm.domain.errors import ConnectionLost, CRMError

if TYPE_CHECKING:
    from crm.backup.databases import Server

_PRIVILEGES = {"CONNECT", "TEMPORARY"}

# What any role may set for itself, but for libraries and somebody else's power.
_SETTABLE = """
    SELECT 1 FROM pg_settings WHERE name = %s AND context = 'user'
        AND name NOT IN ('role', 'session_authorization') AND name !~ '_libraries$'
"""


class LoginRole(NamedTuple):
    """What workstations connect as, and the password that it gets where it is made."""

    name: str = provisioning.LOGIN
    password: str | None = None


def make_server_roles(
    server: "Server",
    parameters: Mapping[str, str],
    contents: Contents,
    login: LoginRole,
    made: list[str],
) -> list[str]:
    """Make the program's roles, and those that a backup names, which cannot log in until allowed.

    The latter are added to ``made`` at once, so that whoever fails here can drop them. Returns what
    this server did not allow to be set for the login.
    """
    with server.transaction() as tx:
        known = {name for (name,) in tx.rows("SELECT rolname FROM pg_roles")}
    with closing(connect_administrator(parameters)) as connection:
        password = None if login.name in known else login.password
        refused = provisioning.make_roles(connection, login.name, password)
        ours = {provisioning.OWNER, ADMIN, provisioning.GROUP, login.name}
        for role in contents.roles.keys() - known - ours:
            _run(connection, SQL("CREATE ROLE {} NOLOGIN").format(Identifier(role)))
            made.append(role)
            if contents.roles[role]:
                group = Identifier(provisioning.GROUP)
                _run(connection, SQL("GRANT {} TO {}").format(group, Identifier(role)))
                provisioning.restrict_login(connection, role)
    return refused


def drop_roles(server: "Server", names: list[str]) -> None:
    """Drop roles of which only a database knew that is gone."""
    if names:
        with closing(connect_administrator(server.parameters_for("postgres"))) as connection:
            _run(connection, SQL("DROP ROLE {}").format(SQL(", ").join(map(Identifier, names))))


def give_back(parameters: Mapping[str, str], contents: Contents) -> list[str]:
    """Repeat the privileges on a database and its settings; return what could not be given."""
    database = Identifier(parameters["dbname"])
    with closing(connect_administrator(parameters)) as connection:
        missing = [
            f"GRANT {privilege} ON DATABASE TO {role}"
            for role, privilege, grantable in contents.grants
            if role != "public"  # has none of ours, whatever it had there
            and not _grant(connection, database, role, privilege, grantable=grantable)
        ]
        return missing + [
            f"SET {name}"
            for role, name, value in contents.settings
            if not _set(connection, database, role, name, value)
        ]


def _grant(
    connection: Connection, database: Identifier, role: str, privilege: str, *, grantable: bool
) -> bool:
    if privilege not in _PRIVILEGES:
        return False
    statement = SQL("GRANT {} ON DATABASE {} TO {}{}").format(
        SQL(privilege),
        database,
        Identifier(role),
        SQL(" WITH GRANT OPTION" if grantable else ""),
    )
    return _try(connection, statement)


def _set(connection: Connection, database: Identifier, role: str, name: str, value: str) -> bool:
    with transaction(connection, None) as tx:
        settable = tx.row(_SETTABLE, (name,))
    whom = SQL("ROLE {} IN DATABASE {}" if role else "DATABASE {1}").format(
        Identifier(role), database
    )
    # FROM CURRENT takes the value as it is; lists of names are quoted in no other way.
    statement = SQL("SELECT set_config({}, {}, true); ALTER {} SET {} FROM CURRENT").format(
        Literal(name), Literal(value), whom, Identifier(name)
    )
    return settable is not None and _try(connection, statement)


def _try(connection: Connection, statement: Composable) -> bool:
    """Run a statement; return False where this server does not allow it or does not know it."""
    try:
        _run(connection, statement)
    except ConnectionLost:
        # No answer at all: a server that has gone allows nothing, and nothing was left out.
        raise
    except CRMError:
        # Who restores may have fewer rights than who backed up, and the server other settings. What
        # was left out is reported; it is no reason to give up the company's data.
        return False
    return True


def _run(connection: Connection, statement: Composable) -> None:
    with transaction(connection, None) as tx:
        tx.execute(statement)
