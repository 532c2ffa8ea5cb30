"""epicevents db restore: the company of a backup takes its place, or all stays as it is."""

from typing import TYPE_CHECKING

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options, yes_option
from crm.cli.reading import moments, records
from crm.cli.types import File
from crm.cli.writing import backups
from crm.cli.writing.backups import FIELDS, passphrase_option, skip_foreign_option
from crm.domain.errors import RuleViolation, UsageFault
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

    from crm.backup import restoring
    from crm.backup.manifest import Manifest
    from crm.backup.restoring import OpenBackup, RestoreOutcome

RESTORED = (*FIELDS, Field("upgraded_from"), Field("kept_as"))


@click.command(cls=Command)
@click.argument("path", metavar="[FILE]", required=False, type=File())
@click.option("--replace", is_flag=True, help=_("Replace the company that is in the database now."))
@click.option(
    "--drop-old",
    is_flag=True,
    help=_("Drop the replaced database; without FILE, drop those of earlier restores."),
)
@click.option("-n", "--dry-run", is_flag=True, help=_("Restore a trial copy only; change nothing."))
@skip_foreign_option
@passphrase_option
@yes_option
@record_options
@click.pass_obj
def restore(
    app: App,
    path: "Path | None",
    replace: bool,
    drop_old: bool,
    dry_run: bool,
    skip_foreign: bool,
    passphrase_stdin: bool,
    yes: bool,
    output: str,
) -> None:
    """Restore the company from a backup. Needs the administrator's URL.

    The backup is restored into a new database and checked; only then does that database replace the
    current one. If anything fails, nothing changes. The replaced database remains until --drop-old.
    Everybody must log in again.

    No program in the file is run. But a file from somebody else brings its own accounts, whose
    passwords its author knows, and records that may say anything.

    \b
    Examples:
      epicevents db restore company.backup
      epicevents db restore company.backup --replace
      epicevents db restore --drop-old
    """
    if path is None:
        _drop_old(app, drop_old, yes=yes)
        return
    with backups.open_backup(app, path, from_stdin=passphrase_stdin) as source:
        held = _require_replaceable(app, source.manifest, replace=replace, yes=yes or dry_run)
        outcome = _restore(
            app,
            source,
            keep=bool(held) and not drop_old,
            dry_run=dry_run,
            skip_foreign=skip_foreign,
        )
        row = backups.build_row(path, source.manifest, encrypted=source.backup.encrypted)
    if output == "json":
        records.print_json(app, RESTORED, [*row, outcome.upgraded_from, outcome.kept])
    _report(app, source.manifest, outcome, dry_run=dry_run)


def _require_replaceable(
    app: App, made: "Manifest", *, replace: bool, yes: bool
) -> "restoring.CurrentContents | None":
    """Return what the database holds now, once it is said that it may be replaced."""
    from crm.backup import restoring

    held = restoring.read_current(backups.prepare_administrator(app))
    if not held:
        return None
    if not replace:
        raise RuleViolation(
            _(
                "The database already holds a company: {accounts} accounts, {clients} clients."
            ).format(**held._asdict()),
            hint=_("Add --replace to replace it with the backup."),
            code="database_not_empty",
        )
    if not yes:
        counted = _("{what}: {accounts} accounts, {clients} clients")
        then = restoring.CurrentContents(
            made.contents.count("users"), made.contents.count("clients")
        )
        as_of = _("As of {moment}").format(moment=moments.format_moment(app, made.moment))
        app.console.note(counted.format(what=_("Now"), **held._asdict()), loud=True)
        app.console.note(counted.format(what=as_of, **then._asdict()), loud=True)
    asking.prompts.confirm(app, _("Replace the company with the one in the backup?"), yes=yes)
    return held


def _restore(
    app: App, source: "OpenBackup", *, keep: bool, dry_run: bool, skip_foreign: bool
) -> "RestoreOutcome":
    from crm.backup import databases, restoring

    app.close()  # of a shell; whoever is connected is sent away
    with (
        backups.show_bytes(app, _("Restoring (MB)"), source.manifest.size) as moved,
        databases.lock_server(backups.prepare_administrator(app)) as server,
    ):
        with restoring.restore_to_scratch(
            server, source, backups.read_login(app), moved, skip_foreign=skip_foreign
        ) as (name, outcome):
            if not dry_run:
                outcome.kept = server.exchange(name)
        if outcome.kept and not keep:
            server.drop(outcome.kept)
            outcome.kept = None
    return outcome


def _report(app: App, made: "Manifest", outcome: "RestoreOutcome", *, dry_run: bool) -> None:
    done = _(
        "The company is restored as of {moment}: {clients} clients, {contracts} contracts."
    ).format(
        moment=moments.format_moment(app, made.moment),
        clients=made.contents.count("clients"),
        contracts=made.contents.count("contracts"),
    )
    if dry_run:
        writing.outcome.report_dry_run(app, done)
    else:
        app.console.success(done)
    if outcome.upgraded_from:
        app.console.note(
            _("Its schema was upgraded from revision {revision}.").format(
                revision=outcome.upgraded_from
            )
        )
    backups.report_details(app, outcome)
    if dry_run:
        return
    if outcome.kept:
        app.console.note(
            _(
                "The previous database is still there as {name}. Drop it: epicevents db restore "
                "--drop-old"
            ).format(name=outcome.kept),
            loud=True,
        )
    app.console.note(_("Everybody must log in again: epicevents login"))


def _drop_old(app: App, drop_old: bool, *, yes: bool) -> None:
    """Drop the databases that restores have replaced."""
    from crm.backup import databases
    from crm.database import location

    if not drop_old:
        raise UsageFault(
            _("No backup file was given."),
            hint=_("Give its path: epicevents db restore FILE"),
            code="missing_option",
        )
    parameters = location.read_admin_parameters(app.settings)
    with databases.lock_server(parameters) as found:
        kept = found.list_replaced()
    if not kept:
        app.console.note(_("There is no replaced database to drop."))
        return
    names = ", ".join(kept)
    asking.prompts.confirm(app, _("Drop {names} for good?").format(names=names), yes=yes)
    with databases.lock_server(parameters) as found:
        for name in kept:
            found.drop(name)
    app.console.success(_("Dropped: {names}.").format(names=names))
