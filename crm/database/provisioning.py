"""Roles and databases: what an administrator's URL is needed for.

Four roles (docs/security.md): ``epicevents_owner`` owns everything and logs in nowhere,
``epicevents_admin`` is its member and works on the records, ``epicevents_app`` is the group that
grants and policies name, and one login that belongs to it is what workstations connect as. Every
function here may be run again and changes nothing then.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress

from psycopg2.errors import InsufficientPrivilege
from psycopg2.extensions import connection as Connection  # noqa: N812  a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812  a class
from psycopg2.extensions import encrypt_password
from psycopg2.sql import SQL, Identifier, Literal

from crm.database.administrator import OWNER as OWNER
from crm.database.administrator import connect_administrator, connect_owner, make_admin
from crm.database.errors import translate_errors
from crm.database.transaction import Transaction, transaction
from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _

GROUP = "epicevents_app"
LOGIN = "epicevents_cli"
DATABASE = "epicevents"

# What the login is bound to. The first two keep colleagues on the same login, and the server's log,
# from reading each other's statements; only a superuser may set them.
LOGIN_SETTINGS = {
    "track_activities": "off",
    "log_min_error_statement": "panic",
    "timezone": "UTC",
    "statement_timeout": "60s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}

# Functions of PostgreSQL that every login of a server may call, as a pattern of their names. With
# them colleagues on one login could end each other's work, see from where it comes, hold the lock
# of an upgrade, keep large objects in the database that no policy and no audit knows, leave files
# of snapshots, and write into the log that replicas and subscribers read. NOTIFY is a statement,
# which nobody can withhold.
WITHHELD = (
    "^(pg_(cancel|terminate)_backend|pg_stat_get_(activity|progress_info|backend_.*)|pg_lock_status"
    "|pg_(try_)?advisory_(xact_)?lock(_shared)?|lo_.*|loread|lowrite"
    "|pg_logical_emit_message|pg_export_snapshot)$"
)


def create_database(parameters: Mapping[str, str]) -> bool:
    """Create the database that ``parameters`` name, in UTF-8; return whether it had to be made."""
    name = parameters.get("dbname", DATABASE)
    with _at({**parameters, "dbname": "postgres"}) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if cursor.fetchone():
            return False
        cursor.execute(
            SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(Identifier(name))
        )
        return True


def drop_database(parameters: Mapping[str, str]) -> None:
    """Drop the database that ``parameters`` name, whoever is connected to it."""
    name = parameters.get("dbname", DATABASE)
    with _at({**parameters, "dbname": "postgres"}) as connection, connection.cursor() as cursor:
        cursor.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def make_roles(
    connection: Connection, login: str = LOGIN, password: str | None = None
) -> list[str]:
    """Make the roles, and give the connected database to them; return what could not be set.

    ``login`` is what workstations connect as; ``password`` is sent as a SCRAM verifier, never as
    it is. Raises DatabaseUnavailable when the database is not in UTF-8.
    """
    # Roles and databases are the server's: what is made stays, whatever fails afterwards.
    connection.autocommit = True
    with translate_errors(), connection.cursor() as cursor:
        _require_utf8(cursor)
        for role, option in ((OWNER, "NOLOGIN"), (GROUP, "NOLOGIN"), (login, "LOGIN")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
            if not cursor.fetchone():
                cursor.execute(SQL("CREATE ROLE {} {}").format(Identifier(role), SQL(option)))
        make_admin(cursor)
        if password:
            verifier = encrypt_password(password, login, connection, "scram-sha-256")
            cursor.execute(
                SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(login), Literal(verifier))
            )
        _give_database(cursor, login)
        return restrict_login(connection, login)


def _require_utf8(cursor: Cursor) -> None:
    cursor.execute("SELECT current_setting('server_encoding')")
    ((encoding,),) = cursor.fetchall()
    if encoding != "UTF8":
        raise DatabaseUnavailable(
            _("The database uses the encoding {encoding}, but must use UTF8.").format(
                encoding=encoding
            ),
            hint=_("Create a database with the encoding UTF8."),
            code="database_encoding",
        )


def _give_database(cursor: Cursor, login: str) -> None:
    """Give the connected database to the owner, and let only our logins connect to it."""
    cursor.execute("SELECT current_database()")
    ((database,),) = cursor.fetchall()
    cursor.execute(
        SQL(
            "GRANT {owner} TO CURRENT_USER; GRANT {group} TO {login};"
            "ALTER DATABASE {database} OWNER TO {owner};"
            "ALTER SCHEMA public OWNER TO {owner};"
            "REVOKE ALL ON SCHEMA public FROM PUBLIC;"
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC;"
            "GRANT CONNECT ON DATABASE {database} TO {group};"
        ).format(
            owner=Identifier(OWNER),
            group=Identifier(GROUP),
            login=Identifier(login),
            database=Identifier(database),
        )
    )


def restrict_database(parameters: Mapping[str, str], login: str) -> list[str]:
    """Bind the login as :func:`make_roles` does; return what this server did not allow."""
    with _at(parameters) as connection:
        return restrict_login(connection, login)


def restrict_login(connection: Connection, login: str) -> list[str]:
    """Bind the login role to its settings, languages and functions of PostgreSQL.

    Returns what this server did not allow: the settings, languages and functions that are left.
    """
    statements = [
        SQL("ALTER ROLE {} SET {} = {}").format(Identifier(login), Identifier(name), Literal(value))
        for name, value in LOGIN_SETTINGS.items()
    ]
    refused = []
    with connection.cursor() as cursor:
        for name, statement in zip(LOGIN_SETTINGS, statements, strict=True):
            try:
                cursor.execute(statement)
            except InsufficientPrivilege:
                # A managed server's administrator is no superuser. What it cannot set is reported,
                # and no reason not to use it: the settings are a second line of defence.
                refused.append(name)
        # As above; the query below says what is left to everybody.
        with suppress(InsufficientPrivilege):
            withhold_functions(cursor)
        # Whoever may not revoke is only warned: the catalogue says what everybody still may.
        cursor.execute(
            "SELECT lanname::text FROM pg_language"
            " WHERE lanname IN ('plpgsql', 'sql')"
            " AND has_language_privilege('public', oid, 'USAGE')"
            " UNION SELECT proname::text FROM pg_proc"
            " WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ %s"
            " AND has_function_privilege('public', oid, 'EXECUTE')"
            " ORDER BY 1",
            (WITHHELD,),
        )
        return refused + [name for (name,) in cursor.fetchall()]


def withhold_functions(cursor: Cursor) -> None:
    """Take languages, and the functions of :data:`WITHHELD`, from all but owner and operators."""
    cursor.execute(
        # Nobody needs a language to read and write rows; DO blocks and temporary functions do.
        SQL(
            "REVOKE USAGE ON LANGUAGE plpgsql, sql FROM PUBLIC;"
            "GRANT USAGE ON LANGUAGE plpgsql, sql TO {}"
        ).format(Identifier(OWNER))
    )
    cursor.execute(
        "SELECT string_agg(oid::regprocedure::text, ', ') FROM pg_proc"
        " WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ %s"
        " AND has_function_privilege('public', oid, 'EXECUTE')",
        (WITHHELD,),
    )
    ((functions,),) = cursor.fetchall()
    if functions is not None:
        cursor.execute(
            SQL(
                "REVOKE EXECUTE ON FUNCTION {functions} FROM PUBLIC;"
                "GRANT EXECUTE ON FUNCTION {functions} TO {owner}, pg_monitor, pg_signal_backend"
            ).format(functions=SQL(functions), owner=Identifier(OWNER))
        )


def vacuum(parameters: Mapping[str, str]) -> None:
    """Vacuum and analyse after a large load, so that the first listing is planned well."""
    with closing(connect_owner(parameters)) as connection, translate_errors():
        # VACUUM cannot run inside a transaction.
        connection.autocommit = True
        connection.cursor().execute("VACUUM ANALYZE")


@contextmanager
def admin_transaction(
    parameters: Mapping[str, str], *, dry_run: bool = False
) -> Iterator[Transaction]:
    """Run one transaction as a member of the owner, over a connection of its own."""
    with (
        closing(connect_owner(parameters)) as connection,
        transaction(connection, None, dry_run=dry_run) as tx,
    ):
        yield tx


@contextmanager
def _at(parameters: Mapping[str, str]) -> Iterator[Connection]:
    """Connect for statements that are a transaction each; their errors are explained."""
    with closing(connect_administrator(parameters)) as connection, translate_errors():
        connection.autocommit = True
        yield connection
