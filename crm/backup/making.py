"""Making a backup: one snapshot, measured and dumped, into a file that is whole or not there."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crm import __version__
from crm.backup import archive, encryption, measuring, pipes, tools
from crm.backup.manifest import Manifest
from crm.database import provisioning, upgrades
from crm.database.administrator import OWNER, is_superuser
from crm.database.provisioning import DATABASE, LOGIN
from crm.database.revision import SCHEMA_REVISION
from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _
from crm.files import replace_whole

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

_LOCKS = "60s"  # that it waits for an upgrade to end


def make_backup(
    parameters: Mapping[str, str],
    path: Path,
    passphrase: str | None = None,
    login: str = LOGIN,
    moved: Callable[[int], object] = lambda _size: None,
    programs: tools.Tools | None = None,
) -> Manifest:
    """Back up the database that an administrator's ``parameters`` name, into ``path``.

    Others read and write meanwhile; the backup holds one moment. ``login`` is what workstations
    connect as. ``moved`` is told how many bytes there are. ``programs`` are the oldest that fit the
    server, unless given.

    Raises DatabaseUnavailable where there is no schema or a newer one, CRMError where pg_dump or
    GnuPG is missing or fails, OSError.
    """
    if passphrase:
        encryption.require_gpg()
    with provisioning.admin_transaction(parameters) as tx:
        tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        tx.execute(f"SET LOCAL ROLE {OWNER}")
        _refuse_foreign(tx)
        snapshot = tx.value("SELECT pg_export_snapshot()")
        programs = programs or tools.find_tools(parameters, measuring.read_server_major(tx))
        described = Manifest(
            taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
            program=__version__,
            database=parameters.get("dbname", DATABASE),
            archive_major=programs.major,
            contents=measuring.measure_contents(tx, login, measuring.run_checks(tx)),
        )
        command = _build_command(programs, parameters, snapshot)
        with replace_whole(path) as file, _dump(command, parameters, passphrase) as pieces:
            return archive.write_archive(
                file, pipes.count_bytes(pieces, moved), described, passphrase
            )


def _refuse_foreign(tx: "Transaction") -> None:
    revision = upgrades.read_schema_revision(tx)
    if revision is None:
        raise DatabaseUnavailable(
            _("There is nothing to back up: the database is not set up."),
            hint=_("Run: epicevents init"),
            code="schema_missing",
        )
    # It may keep secrets in a table that this program does not know to leave out, and such a backup
    # is found out only when it is too late.
    if revision > SCHEMA_REVISION:
        raise DatabaseUnavailable(
            _(
                "The schema ({found}) is newer than this program ({expected}), which does not know"
                " what a backup of it must leave out."
            ).format(found=revision, expected=SCHEMA_REVISION),
            hint=_("Back up with the newer version of epicevents that your colleagues use."),
            code="schema_newer",
        )


def _build_command(
    programs: tools.Tools, parameters: Mapping[str, str], snapshot: str
) -> list[str]:
    return programs.command(
        "pg_dump",
        "--format=custom",
        f"--snapshot={snapshot}",
        f"--lock-wait-timeout={_LOCKS}",
        "--no-password",
        *(f"--exclude-table-data=public.{table}" for table in measuring.LEFT_OUT),
        *([] if is_superuser(parameters) else [f"--role={OWNER}"]),
        f"--dbname={tools.build_target(parameters)}",
    )


@contextmanager
def _dump(
    command: list[str], parameters: Mapping[str, str], passphrase: str | None
) -> Iterator[Iterator[bytes]]:
    """Run pg_dump, and GnuPG behind it, and yield what comes out; it ends only if both did well."""
    with ExitStack() as stack:
        dump = stack.enter_context(
            pipes.start_program(command, tools.build_environment(parameters))
        )
        last = dump
        if passphrase:
            last = stack.enter_context(encryption.start_encryption(passphrase, dump.stdout))
            dump.stdout.close()  # GnuPG has it: where that ends, pg_dump ends

        def pieces() -> Iterator[bytes]:
            yield from pipes.read_chunks(last.stdout)
            if passphrase:
                encryption.require_gpg_success(last)
            if dump.wait():
                raise tools.program_failed_error("pg_dump", dump.stderr_text())

        yield pieces()
