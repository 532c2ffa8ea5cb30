"""epicevents user reactivate, reset-password."""

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import SETTINGS, Command
from crm.cli.options import USER, password_option, several, write_options
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission


@click.command("reactivate", cls=Command, context_settings=SETTINGS)
@several("users", USER)
@write_options
@click.pass_obj
def reactivate(app: App, /, users: tuple[str, ...], output: str, dry_run: bool) -> None:
    """Open deactivated accounts again. MANAGEMENT may.

    \b
    Examples:
      epicevents user reactivate sales3@epicevents.example
      epicevents user reactivate sales3@epicevents.example sales4@epicevents.example
    """
    from crm import services
    from crm.queries.user import LISTING

    said = writing.edits.Said(
        _("Account {id} reactivated: {first_name} {last_name} can log in again."),
        _("The account of {first_name} {last_name} is active already."),
        "epicevents user show {id}".format_map,
    )
    writing.edits.change(
        app, output, LISTING, users, services.user.reactivate, said, dry_run=dry_run
    )


@click.command("reset-password", cls=Command, context_settings=SETTINGS)
@click.argument("user", type=USER)
@password_option
@write_options
@click.pass_obj
def reset_password(
    app: App, /, user: str, password_stdin: bool, output: str, dry_run: bool
) -> None:
    """Give somebody who forgot the password a one-time one. MANAGEMENT may.

    Their sessions end, and they must choose another password at the next login.

    \b
    Examples:
      epicevents user reset-password sales3@epicevents.example
    """
    from crm import services

    permission = Permission.USER_RESET_PASSWORD
    password, one_time = writing.one_time_password.choose(app, from_stdin=password_stdin)
    with writing.people.shutting_out(app, [user], permission, dry_run=dry_run) as (
        tx,
        (user_id,),
    ):
        before = writing.people.record(tx, user_id)[1]
        services.authentication.reset_password(tx, user_id, password)
        fields, row = writing.people.record(tx, user_id)
        # Whoever reset their own password reads nothing until they have another.
        row, own = row or before, user_id == tx.actor.id
    said = _("Password of {name} reset; their sessions have ended.").format(
        name=writing.people.name(row)
    )
    if own:
        said = _("Your password is reset; your other sessions have ended.")
    writing.one_time_password.written(
        app, output, said, fields, row, one_time, dry_run=dry_run, own=own
    )
