"""Restoring a backup: into a new database first, which must be what was backed up, then at once.

A file is data: tables, views, functions and policies are made from ``migrations/``, and of the file
come rows alone (docs/adr/0009-backups.md).
"""

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from crm.backup import (
    databases,
    encryption,
    loading,
    measuring,
    pipes,
    rights,
    server_side,
    tools,
)  # fmt: skip
from crm.backup.archive import Backup
from crm.backup.manifest import Contents, Manifest, Right, find_differences
from crm.backup.server_side import LoginRole
from crm.database import laying, provisioning, upgrades
from crm.database.administrator import connect_administrator
from crm.database.revision import SCHEMA_REVISION, refuse_newer, refuse_too_old
from crm.database.transaction import Transaction, transaction
from crm.domain.errors import DatabaseUnavailable, RuleViolation
from crm.domain.i18n import gettext as _

_NAMED = 5  # objects that a refusal names


@dataclass
class RestoreOutcome:
    """What became of a restore: what to tell, and what the database before it is called now."""

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
    with server.scratch() as name:
        outcome, parameters = RestoreOutcome(), server.parameters_for(name)
        outcome.made_roles, outcome.missing = server_side.make_server_roles(
            server, parameters, contents, login
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
    tx.execute("SET LOCAL statement_timeout = 0")
    known = loading.read_relation_names(tx) | laying.read_object_names(scripts)
    with loading.suspend_keys(tx), _write_out(programs, source, moved) as script:
        held = loading.load_rows(tx, script)
    _compare(contents, measuring.measure_contents(tx))
    if contents.schema_revision == SCHEMA_REVISION:
        laying.lay_objects(cursor, scripts)
    return sorted(described for name, described in held.items() if name not in known)


@contextmanager
def _write_out(
    programs: tools.Tools, source: OpenBackup, moved: Callable[[int], object]
) -> Iterator[IO[bytes]]:
    """Yield a dump as SQL; nothing that pg_restore and GnuPG complain of is passed over."""
    command = programs.command("pg_restore", "--no-owner", "--no-privileges", "--file=-")
    pieces = pipes.count_bytes(source.backup.pieces(), moved)
    with ExitStack() as stack:
        gpg = None
        if source.passphrase is not None:
            gpg = stack.enter_context(encryption.start_decryption(source.passphrase))
        stdin = gpg.stdout if gpg else subprocess.PIPE
        restore = stack.enter_context(
            pipes.start_program(command, tools.build_environment(), stdin=stdin)
        )
        if gpg:
            gpg.stdout.close()
        with pipes.feed(pieces, (gpg or restore).stdin):
            yield restore.stdout
        if restore.wait():
            raise tools.program_failed_error("pg_restore", restore.stderr_text())
        if gpg:
            encryption.require_gpg_success(gpg)


@contextmanager
def _translate_unusable_rows() -> Iterator[None]:
    try:
        yield
    except loading.UnusableRows as error:
        raise not_restorable_error(_("its rows do not fit {name}").format(name=error)) from error


def _compare(expected: Contents, found: Contents) -> None:
    if different := find_differences(expected, found):
        raise not_restorable_error(
            _("after restoring, the rows of {tables} differ from those that were backed up").format(
                tables=", ".join(different[:5])
            )
        )


def _prove(tx: Transaction, contents: Contents) -> list[str]:
    """Ask doctor, and return the faults that the data had when they were backed up.

    Nothing may be wrong now that was in order then: RuleViolation ``backup_not_restorable``.
    """
    tx.execute(f"SET LOCAL ROLE {provisioning.OWNER}")
    tx.execute("SET LOCAL statement_timeout = 0")
    faults = measuring.run_checks(tx) or []
    known = faults if contents.faults is None else contents.faults
    if new := [name for name in faults if name not in known]:
        raise not_restorable_error(
            _("doctor reports faults: {checks}").format(checks=", ".join(new))
        )
    return faults


def foreign_objects_error(names: Sequence[str]) -> RuleViolation:
    """Return the error that a backup holds objects that the program did not make."""
    return RuleViolation(
        _("The backup also holds objects that are not this program's: {names}.").format(
            names=", ".join(names[:_NAMED]) + " …" * (len(names) > _NAMED)
        ),
        hint=_("Nothing was changed. To leave them out, add --skip-foreign."),
        code="foreign_objects",
        details={"objects": list(names)},
    )


def not_restorable_error(reason: str) -> RuleViolation:
    """Return the error that what came out of a backup is not what went into it."""
    return RuleViolation(
        _("This backup cannot be restored: {reason}.").format(reason=reason),
        hint=_("The database has not changed. Use another backup."),
        code="backup_not_restorable",
    )
