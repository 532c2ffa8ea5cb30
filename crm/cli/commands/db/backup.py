"""epicevents db backup."""

import shlex
from typing import TYPE_CHECKING

import click

from crm.cli import asking
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options, yes_option
from crm.cli.reading import moments, records
from crm.cli.types import File
from crm.cli.writing import backups
from crm.cli.writing.backups import FIELDS, passphrase_option
from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

    from crm.backup.manifest import Manifest


@click.command(cls=Command)
@click.argument("path", metavar="FILE", type=File())
@click.option(
    "--encrypt", is_flag=True, help=_("Encrypt the backup with a passphrase, using GnuPG.")
)
@passphrase_option
@yes_option
@record_options
@click.pass_obj
def backup(
    app: App, path: "Path", encrypt: bool, passphrase_stdin: bool, yes: bool, output: str
) -> None:
    """Back up the whole company to a file while others work. Needs the administrator's URL.

    It contains no sessions. Only you can read the file; with --encrypt, only somebody who also
    knows the passphrase. The file is written completely or not at all.

    \b
    Examples:
      epicevents db backup company.backup
      epicevents db backup company.backup --encrypt
      epicevents db backup company.backup --encrypt --passphrase-stdin < passphrase.txt
    """
    from crm.backup import making
    from crm.cli.asking import passphrases
    from crm.database import location

    if passphrase_stdin and not encrypt:
        raise UsageFault(
            _("There is a passphrase, but --encrypt is missing."),
            hint=_("Add --encrypt."),
            code="encrypt_missing",
        )
    _require_writable(app, path, yes=yes)
    parameters = location.read_admin_parameters(app.settings)
    passphrase = (
        passphrases.ask_for_new_passphrase(app, from_stdin=passphrase_stdin) if encrypt else None
    )
    with backups.show_bytes(app, _("Backing up (MB)")) as moved:
        made = making.make_backup(parameters, path, passphrase, backups.read_login(app).name, moved)
    if output == "json":
        records.print_json(app, FIELDS, backups.build_row(path, made, encrypted=encrypt))
    _report(app, path, made)


def _report(app: App, path: "Path", made: "Manifest") -> None:
    app.console.success(
        _("Backed up to {path} as of {moment}: {clients} clients, {contracts} contracts.")
        .format(
            path=path,
            moment=moments.format_moment(app, made.moment),
            clients=made.contents.count("clients"),
            contracts=made.contents.count("contracts"),
        )
    )  # fmt: skip
    if made.contents.faults:
        backups.warn_of_faults(app, made.contents.faults)
    app.console.note(
        _("Prove that it can be restored: epicevents db check {path}").format(
            path=shlex.quote(str(path))
        )
    )


def _require_writable(app: App, path: "Path", *, yes: bool) -> None:
    """Refuse what is no file, and ask before another backup is lost."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise UsageFault(
            _("{path} is a link or not a regular file.").format(path=path),
            hint=_("Give the path of the file itself."),
            code="not_a_file",
        )
    if path.exists():
        asking.prompts.confirm(app, _("Replace {path}?").format(path=path), yes=yes)
