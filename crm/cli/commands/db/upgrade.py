"""epicevents db upgrade."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import write_options
from crm.cli.writing import backups
from crm.domain.errors import CRMError, DatabaseUnavailable
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

UPGRADE = (Field("schema_revision"), Field("applied"), Field("oldest_program"), Field("backup"))


@click.command(cls=Command)
@click.option("--no-backup", is_flag=True, help=_("Make no backup before records are changed."))
@write_options
@click.pass_obj
def upgrade(app: App, /, no_backup: bool, output: str, dry_run: bool) -> None:
    """Bring the schema to this program's revision, all or nothing. Needs the administrator's URL.

    Where that changes records, the company is backed up first, into EPICEVENTS_HOME/backups. A dry
    run applies the same revisions and takes them back; it holds up colleagues as long.

    \b
    Examples:
      epicevents db upgrade --dry-run
      epicevents db upgrade
    """
    from crm.cli.output.progress import show_progress
    from crm.database import location, provisioning, upgrades

    parameters = location.read_admin_parameters(app.settings)
    login = location.read_parameters(app.settings).get("user", provisioning.LOGIN)
    before = upgrades.read_current_revision(parameters)
    pending = upgrades.find_pending(before)
    path = None
    if any(each.changes_data for each in pending) and not (dry_run or no_backup):
        path = _back_up(app, parameters, pending[0].name[:4])
    refused: list[str] = []
    with show_progress(_("Upgrading the database"), app.console):
        with _drop_backup_of_no_change(path):
            applied = upgrades.upgrade_schema(parameters, dry_run=dry_run)
        if not dry_run:
            # An older program may have left the login more than this one does.
            refused = provisioning.restrict_database(parameters, login)
    writing.setup.warn_of_refused(app, refused)
    oldest = None if dry_run else upgrades.read_oldest_program(parameters)
    _report(app, output, before, applied, oldest, path, dry_run=dry_run)


def _report(
    app: App,
    output: str,
    before: str | None,
    applied: list[str],
    oldest: str | None,
    path: "Path | None",
    *,
    dry_run: bool,
) -> None:
    """Say what was applied, which programs still work with it, and where the backup is."""
    after = applied[-1][:4] if applied else before
    names = ", ".join(applied)
    row = [after, names, oldest, path and str(path)]
    if not applied:
        said = _("The schema is up to date ({revision}).").format(revision=after)
        writing.outcome.report_unchanged(app, output, said, UPGRADE, row)
        return
    said = _("Schema upgraded: {revisions}.").format(revisions=names)
    old, then = {"schema_revision": before}, "epicevents doctor"
    writing.outcome.report_write(
        app, output, said, UPGRADE, row, old=old, dry_run=dry_run, then=then
    )
    if before and oldest:
        _report_workstations(app, before, oldest)
    if path:
        app.console.note(
            _("To go back, install the program of before, and run: epicevents db restore {path}")
            .format(path=shlex.quote(str(path)))
        )  # fmt: skip


def _back_up(app: App, parameters: dict[str, str], revision: str) -> "Path":
    """Back up the company before a revision, and return the file."""
    from datetime import UTC, datetime

    from crm.backup import making
    from crm.cli.asking import passphrases

    folder = app.settings.home / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"before-{revision}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.backup"
    encrypted = app.settings.backup_passphrase_file is not None
    passphrase = passphrases.ask_for_passphrase(app, from_stdin=False) if encrypted else None
    login = backups.read_login(app).name
    try:
        with backups.show_bytes(app, _("Backing up (MB)")) as moved:
            making.make_backup(parameters, path, passphrase, login, moved)
    except CRMError as error:
        # Nothing was upgraded yet. Who cannot make a backup here must know the way on without.
        error.hint = " ".join(filter(None, (error.hint, _("To go on without: --no-backup"))))
        raise
    app.console.success(_("{path} holds the company as it was.").format(path=path))
    return path


@contextmanager
def _drop_backup_of_no_change(path: "Path | None") -> Iterator[None]:
    """Remove the backup where the upgrade is refused; name it where that may not be the end of it.

    An upgrade is all or nothing. But if the server is lost at its commit, nobody knows which.
    """
    try:
        yield
    except DatabaseUnavailable as error:
        # The server went away, perhaps in the middle of the commit.
        if path:
            kept = _("{path} holds the company as it was.").format(path=path)
            error.hint = " ".join(filter(None, (error.hint, kept)))
        raise
    except Exception:
        # Rolled back: a backup of what is still there would only fill the disk.
        if path:
            path.unlink(missing_ok=True)
        raise


def _report_workstations(app: App, before: str, oldest: str) -> None:
    if oldest <= before:
        app.console.note(_("Workstations may go on with the program that they have."))
    else:
        app.console.warn(_("Workstations are refused until they have this program too."))
