"""epicevents db check."""

from typing import TYPE_CHECKING

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import moments, records
from crm.cli.types import File
from crm.cli.writing import backups
from crm.cli.writing.backups import FIELDS, passphrase_option, skip_foreign_option
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Command)
@click.argument("path", metavar="FILE", type=File())
@click.option("--quick", is_flag=True, help=_("Only verify the file's checksums; restore nothing."))
@skip_foreign_option
@passphrase_option
@record_options
@click.pass_obj
def check(
    app: App,
    path: "Path",
    quick: bool,
    skip_foreign: bool,
    passphrase_stdin: bool,
    output: str,
) -> None:
    """Prove that a backup can be restored, with a trial copy. Needs the administrator's URL.

    It counts and sums every table of the copy and runs doctor's checks on its data. No program in
    the file is run, so a file from somebody else can be checked; a large one takes time and disk
    space. --quick needs no database. Exit status: 0 if the backup can be restored, 6 if not.

    \b
    Examples:
      epicevents db check company.backup
      epicevents db check company.backup --quick
    """
    from crm.backup import restoring
    from crm.backup.restoring import RestoreOutcome

    outcome: RestoreOutcome | None = None
    with backups.open_backup(app, path, from_stdin=passphrase_stdin) as source:
        made = source.manifest
        if not quick:
            with (
                backups.show_bytes(app, _("Restoring a trial copy (MB)"), made.size) as moved,
                backups.open_server(app) as server,
                restoring.restore_to_scratch(
                    server, source, backups.read_login(app), moved, skip_foreign=skip_foreign
                ) as (_name, found),
            ):
                outcome = found
        row = backups.build_row(path, made, encrypted=source.backup.encrypted)
    if output == "json":
        records.print_json(
            app, (*FIELDS, Field("restores", Kind.BOOLEAN)), [*row, not quick or None]
        )
    said = (
        _("{path} is intact: the company as of {moment}. No trial restore was made.")
        if quick
        else _("{path} can be restored completely: the company as of {moment}.")
    )
    app.console.success(said.format(path=path, moment=moments.format_moment(app, made.moment)))
    if outcome:
        backups.report_details(app, outcome)
