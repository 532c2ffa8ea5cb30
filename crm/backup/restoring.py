"""Restoring a backup: into a new database first, which must be what was backed up, then at once."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.sql import SQL, Composable, Identifier, Literal

from crm.backup import databases, encryption, measuring, pipes, tools
from crm.backup.archive import Backup
from crm.backup.manifest import Contents, Manifest, find_differences
from crm.database import provisioning, upgrades
from crm.database.revision import SCHEMA_REVISION, refuse_newer, refuse_too_old
from crm.database.transaction import connect, transaction
from crm.domain.errors import CRMError, DatabaseUnavailable, RuleViolation
from crm.domain.i18n import gettext as _

# What programs of PostgreSQL 17 and newer say to an older server, which does without it.
_HARMLESS = 'unrecognized configuration parameter "transaction_timeout"'


class LoginRole(NamedTuple):
    """What workstations connect as, and the password that it gets where it is made."""

    name: str = provisioning.LOGIN
    password: str | None = None


@dataclass
class RestoreOutcome:
    """What became of a restore: what to tell, and what the database before it is called now."""

    upgraded_from: str | None = None
    kept: str | None = None
    made_roles: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # settings and grants that could not be given
    faults: list[str] = field(default_factory=list)  # that the data had when they were backed up


class OpenBackup(NamedTuple):
    """An open backup, its manifest, and the passphrase that it took."""

    backup: Backup
    manifest: Manifest
    passphrase: str | None


class CurrentContents(NamedTuple):
    """What a database holds that a restore would replace."""

    accounts: int
    clients: int


def read_current(parameters: Mapping[str, str]) -> CurrentContents | None:
    """Return what an administrator's database holds, None where nothing would be lost.

    Raises RuleViolation ``foreign_database`` for one that holds something else than a company.
    """
    with databases.lock_server(parameters) as server:
        if not server.exists(server.target):
            return None
    with provisioning.admin_transaction(parameters) as tx:
        if tx.value("SELECT to_regclass('public.alembic_version')"):
            tx.execute(f"SET LOCAL ROLE {provisioning.OWNER}")
            found = CurrentContents(
                tx.value("SELECT count(*) FROM users"), tx.value("SELECT count(*) FROM clients")
            )
            return found if any(found) else None
        if measuring.has_tables(tx):
            raise RuleViolation(
                _("The database {name} holds another program's tables.").format(name=server.target),
                hint=_("Name another in EPICEVENTS_ADMIN_DATABASE_URL."),
                code="foreign_database",
            )
    return None


def refuse_incompatible(manifest: Manifest, major: int) -> None:
    """Refuse a backup of another schema or a newer server: DatabaseUnavailable."""
    contents = manifest.contents
    refuse_newer(contents.schema_revision)
    refuse_too_old(contents.schema_revision)
    if contents.server_major > major:
        raise DatabaseUnavailable(
            _(
                "This backup comes from PostgreSQL {made}, and this server runs the older {found}."
            ).format(made=contents.server_major, found=major),
            hint=_("Restore it on a server of that version or newer."),
            code="server_older",
        )


@contextmanager
def restore_to_scratch(
    server: databases.Server,
    source: OpenBackup,
    login: LoginRole,
    moved: Callable[[int], object] = lambda _size: None,
) -> Iterator[tuple[str, RestoreOutcome]]:
    """Restore a backup into a database of its own, prove it, and drop it at the end.

    Yields the database's name and what became of it. Raises RuleViolation
    ``backup_not_restorable`` where it is not what was backed up, DatabaseUnavailable, CRMError.
    """
    with server.transaction() as tx:
        major = measuring.read_server_major(tx)
    refuse_incompatible(source.manifest, major)
    programs = tools.find_tools(server.parameters, major, source.manifest.archive_major)
    with server.scratch() as name:
        outcome = RestoreOutcome()
        parameters = server.parameters_for(name)
        _make_roles(server, parameters, source.manifest.contents, login, outcome)
        _load(programs, parameters, source, moved)
        with provisioning.admin_transaction(parameters) as tx:
            _compare(source.manifest.contents, measuring.measure_contents(tx))
        if source.manifest.contents.schema_revision != SCHEMA_REVISION:
            upgrades.upgrade_schema(parameters)
            outcome.upgraded_from = source.manifest.contents.schema_revision
        provisioning.vacuum(parameters)
        _prove(parameters, source.manifest.contents, login, outcome)
        # Last, since settings such as default_transaction_read_only bind whoever connects next.
        _give_back(parameters, source.manifest.contents, outcome)
        yield name, outcome


def _make_roles(
    server: databases.Server,
    parameters: Mapping[str, str],
    contents: Contents,
    login: LoginRole,
    outcome: RestoreOutcome,
) -> None:
    """Make the roles that the backup's rights name; those of others cannot log in until allowed."""
    with server.transaction() as tx:
        known = {name for (name,) in tx.rows("SELECT rolname FROM pg_roles")}
    with closing(connect(parameters)) as connection:
        password = None if login.name in known else login.password
        outcome.missing = provisioning.make_roles(connection, login.name, password)
        ours = {provisioning.OWNER, provisioning.GROUP, login.name}
        outcome.made_roles = [role for role in contents.roles if role not in known | ours]
        for role in outcome.made_roles:
            _run(connection, SQL("CREATE ROLE {} NOLOGIN").format(Identifier(role)))
            if contents.roles[role]:
                group = Identifier(provisioning.GROUP)
                _run(connection, SQL("GRANT {} TO {}").format(group, Identifier(role)))
                provisioning.restrict_login(connection, role)


def _give_back(parameters: Mapping[str, str], contents: Contents, outcome: RestoreOutcome) -> None:
    """Repeat the privileges on the database and its settings, which pg_dump leaves out."""
    database = Identifier(parameters["dbname"])
    with closing(connect(parameters)) as connection:
        for role, privilege, grantable in contents.grants:
            if role == "public":  # has none of ours, whatever it had there
                continue
            statement = SQL("GRANT {} ON DATABASE {} TO {}").format(
                SQL(privilege), database, Identifier(role)
            )
            option = SQL(" WITH GRANT OPTION" if grantable else "")
            with _tolerate(outcome, f"GRANT {privilege} TO {role}"):
                _run(connection, statement + option)
        for role, name, value in contents.settings:
            whom = SQL("ROLE {} IN DATABASE {}" if role else "DATABASE {1}").format(
                Identifier(role), database
            )
            parameter = SQL(".").join(map(Identifier, name.split(".")))
            with _tolerate(outcome, f"SET {name}"):
                # FROM CURRENT takes the value as it is; lists of names are quoted in no other way.
                _run(
                    connection,
                    SQL("SELECT set_config({}, {}, true); ALTER {} SET {} FROM CURRENT").format(
                        Literal(name), Literal(value), whom, parameter
                    ),
                )


def _run(connection: Connection, statement: Composable) -> None:
    with transaction(connection, None) as tx:
        tx.execute(statement)


@contextmanager
def _tolerate(outcome: RestoreOutcome, what: str) -> Iterator[None]:
    """Go on without what this server does not allow or know, and remember it."""
    try:
        yield
    except CRMError:
        outcome.missing.append(what)


def _load(
    programs: tools.Tools,
    parameters: Mapping[str, str],
    source: OpenBackup,
    moved: Callable[[int], object],
) -> None:
    """Run pg_restore over the dump; nothing it complains of is passed over."""
    command = programs.command(
        "pg_restore",
        "--no-owner",
        f"--role={provisioning.OWNER}",
        "--no-password",
        f"--dbname={tools.build_target(parameters)}",
    )
    with ExitStack() as stack:
        first = None
        if source.passphrase is not None:
            first = stack.enter_context(encryption.start_decryption(source.passphrase))
        restore = stack.enter_context(
            pipes.start_program(
                command,
                tools.build_environment(parameters),
                stdin=first.stdout if first else subprocess.PIPE,
                stdout=subprocess.DEVNULL,
            )
        )
        if first:
            first.stdout.close()
        pipes.pour(pipes.count_bytes(source.backup.pieces(), moved), (first or restore).stdin)
        status, said = restore.wait(), restore.stderr_text()
        complaints = [line for line in said.splitlines() if "pg_restore: error:" in line]
        serious = [line for line in complaints if _HARMLESS not in line]
        if serious or (status and not complaints):
            raise tools.program_failed_error("pg_restore", "\n".join(serious) or said)
        if first:
            encryption.require_gpg_success(first)


def _compare(expected: Contents, found: Contents) -> None:
    if different := find_differences(expected, found):
        raise not_restorable_error(
            _("after restoring, the rows of {tables} differ from those that were backed up").format(
                tables=", ".join(different[:5])
            )
        )


def _prove(
    parameters: Mapping[str, str], contents: Contents, login: LoginRole, outcome: RestoreOutcome
) -> None:
    """Ask doctor: nothing may be wrong now, with data or rights, that was in order then."""
    with provisioning.admin_transaction(parameters) as tx:
        tx.execute("SET LOCAL statement_timeout = 0")
        faults = measuring.run_checks(tx, login.name) or []
    known = faults if contents.faults is None else contents.faults
    outcome.faults = [name for name in faults if name in known]
    if new := [name for name in faults if name not in known]:
        raise not_restorable_error(
            _("doctor reports faults: {checks}").format(checks=", ".join(new))
        )


def not_restorable_error(reason: str) -> RuleViolation:
    """Return the error that what came out of a backup is not what went into it."""
    return RuleViolation(
        _("This backup cannot be restored: {reason}.").format(reason=reason),
        hint=_("The database has not changed. Use another backup."),
        code="backup_not_restorable",
    )
