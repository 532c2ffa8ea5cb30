"""epicevents user reset-password."""

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import password_option, write_options
from crm.cli.types import USER
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission


@click.command(cls=Command)
@click.argument("user", type=USER)
@password_option
@write_options
@click.pass_obj
def reset_password(
    app: App, /, user: str, password_stdin: bool, output: str, dry_run: bool
) -> None:
    """Set a one-time password for somebody else who forgot theirs (MANAGEMENT only).

    Their sessions end, and they must choose their own password at the next login.

    \b
    Examples:
      epicevents user reset-password sales3@epicevents.example
    """
    from crm import services

    permission = Permission.USER_RESET_PASSWORD
    password, one_time = writing.one_time_password.read_or_make_password(
        app, from_stdin=password_stdin
    )
    with writing.people.suspend_users(app, [user], permission, dry_run=dry_run) as (
        tx,
        (user_id,),
    ):
        services.authentication.reset_password(tx, user_id, password)
        fields, row = writing.people.read_person(tx, user_id)
    said = _("The password of {name} was reset and their sessions have ended.").format(
        name=writing.people.full_name(row)
    )
    writing.one_time_password.report_password(
        app, output, said, fields, row, one_time, dry_run=dry_run
    )
