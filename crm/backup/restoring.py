"""Restoring a backup: into a new database first, which must be what was backed up, then at once.

A file is data: tables, views, functions and policies are made from ``migrations/``, and of the file
come rows alone (docs/adr/0009-backups.md).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from crm.backup import databases, loading, measuring, rights, server_side, tools
from crm.backup.archive import Backup
from crm.backup.manifest import Contents, Manifest, Right, find_differences
from crm.backup.refusals import foreign_objects_error, not_restorable_error
from crm.backup.script import write_script
from crm.backup.server_side import LoginRole
from crm.database import laying, provisioning, upgrades
from crm.database.administrator import connect_administrator
from crm.database.revision import SCHEMA_REVISION, refuse_newer, refuse_too_old
from crm.database.transaction import Transaction, transaction
from crm.domain.errors import DatabaseUnavailable, RuleViolation
from crm.domain.i18n import gettext as _


@dataclass
class RestoreOutcome:
    """What became of a restore: what to tell, and what the database before it is called now."""

    exchanged: bool = False
    upgraded_from: str | None = None
    kept: str | None = None
    made_roles: list[str] = field(default_factory=list)
    given: list[Right] = field(default_factory=list)  # to roles that are not the program's
    missing: list[str] = field(default_factory=list)  # settings and rights that could not be given
    left_out: list[str] = field(default_factory=list)  # objects that are not the program's
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
    with (
        closing(connect_administrator(parameters)) as connection,
        transaction(connection, None) as tx,
    ):
        ours, used = measuring.is_company(tx), measuring.has_tables(tx)
    if not ours:
        if used:
            raise RuleViolation(
                _("The database {name} holds another program's tables.").format(name=server.target),
                hint=_("Name another in EPICEVENTS_ADMIN_DATABASE_URL."),
                code="foreign_database",
            )
        return None
    with provisioning.admin_transaction(parameters) as tx:
        found = CurrentContents(
            tx.value("SELECT count(*) FROM users"), tx.value("SELECT count(*) FROM clients")
        )
    return found if any(found) else None


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
    *,
    skip_foreign: bool = False,
) -> Iterator[tuple[str, RestoreOutcome]]:
    """Restore a backup into a database of its own, prove it, and drop it at the end.

    Unless it has got another name by then: it stays, and so do the roles that the backup names.
    What the file holds beside rows and the program's own objects is refused, or left out with
    ``skip_foreign``.

    Yields the database's name and what became of it. Raises RuleViolation ``foreign_objects``, and
    ``backup_not_restorable`` where it is not what was backed up, DatabaseUnavailable, CRMError.
    """
    contents = source.manifest.contents
    with server.transaction() as tx:
        major = measuring.read_server_major(tx)
    refuse_incompatible(source.manifest, major)
    programs = tools.find_tools(server.parameters, major, source.manifest.archive_major)
    outcome = RestoreOutcome()
    with _drop_unused_roles(server, outcome), server.scratch() as name:
        parameters = server.parameters_for(name)
        outcome.missing = server_side.make_server_roles(
            server, parameters, contents, login, outcome.made_roles
        )
        upgrades.lay_revision(parameters, contents.schema_revision)
        with _translate_unusable_rows(), provisioning.admin_transaction(parameters) as tx:
            outcome.left_out = _load(tx, programs, source, moved)
        if outcome.left_out and not skip_foreign:
            raise foreign_objects_error(outcome.left_out)
        if contents.schema_revision != SCHEMA_REVISION:
            upgrades.upgrade_schema(parameters)
            outcome.upgraded_from = contents.schema_revision
        provisioning.vacuum(parameters)
        with provisioning.admin_transaction(parameters) as tx:
            outcome.faults = _prove(tx, contents)
            outcome.given, missing = rights.give_rights(tx, contents.rights, login.name)
        outcome.missing += map(str, missing)
        # Last, since settings such as default_transaction_read_only bind whoever connects next.
        outcome.missing += server_side.give_back(parameters, contents)
        yield name, outcome
        outcome.exchanged = not server.exists(name)


@contextmanager
def _drop_unused_roles(server: databases.Server, outcome: RestoreOutcome) -> Iterator[None]:
    try:
        yield
    finally:
        if not outcome.exchanged:
            server_side.drop_roles(server, outcome.made_roles)


def _load(
    tx: Transaction,
    programs: tools.Tools,
    source: OpenBackup,
    moved: Callable[[int], object],
) -> list[str]:
    """Load the rows of a backup into the tables of its revision; they must come out alike.

    Returns the objects in the file that the program did not make.
    """
    contents, cursor = source.manifest.contents, tx.connection.cursor()
    scripts = upgrades.find_migrations()
    tx.execute(f"SET LOCAL ROLE {provisioning.OWNER}")
    # A large company takes longer to load, and to add up, than a command usually may.
    tx.execute("SET LOCAL statement_timeout = 0")
    known = loading.read_relation_names(tx) | laying.read_object_names(scripts)
    with (
        loading.suspend_keys(tx),
        write_script(programs, source.backup, source.passphrase, moved) as script,
    ):
        held = loading.load_rows(tx, script)
    _compare(contents, measuring.measure_contents(tx))
    if contents.schema_revision == SCHEMA_REVISION:
        laying.lay_objects(cursor, scripts)
    return sorted(described for described, name in held.items() if name not in known)


@contextmanager
def _translate_unusable_rows() -> Iterator[None]:
    try:
        yield
    except loading.UnusableRows as error:
        # To the person it is one thing with any other reason why a backup cannot be restored.
        raise not_restorable_error(_("its rows do not fit {name}").format(name=error)) from error


def _compare(expected: Contents, found: Contents) -> None:
    if different := find_differences(expected, found):
        raise not_restorable_error(
            _("after restoring, the rows of {tables} differ from those that were backed up").format(
                tables=", ".join(different[:5])  # enough to see what it is about
            )
        )


def _prove(tx: Transaction, contents: Contents) -> list[str]:
    """Ask doctor, and return the faults that the data had when they were backed up.

    Nothing may be wrong now that was in order then: RuleViolation ``backup_not_restorable``.
    """
    tx.execute(f"SET LOCAL ROLE {provisioning.OWNER}")
    # As above: the checks read every row.
    tx.execute("SET LOCAL statement_timeout = 0")
    faults = measuring.run_checks(tx) or []
    known = faults if contents.faults is None else contents.faults
    if new := [name for name in faults if name not in known]:
        raise not_restorable_error(
            _("doctor reports faults: {checks}").format(checks=", ".join(new))
        )
    return faults
