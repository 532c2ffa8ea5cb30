"""epicevents user reactivate, reset-password."""

import click

from crm.cli import one_time_password, people, records
from crm.cli.app import App
from crm.cli.groups import SETTINGS, Command
from crm.cli.options import USER, password_option, write_options
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission


@click.command("reactivate", cls=Command, context_settings=SETTINGS)
@click.argument("user", type=USER)
@write_options
@click.pass_obj
def reactivate(app: App, /, user: str, output: str, dry_run: bool) -> None:
    """Open a deactivated account again. MANAGEMENT may.

    \b
    Examples:
      epicevents user reactivate sales3@epicevents.example
    """
    from crm import services
    from crm.queries import reference

    with app.transaction(dry_run=dry_run) as tx:
        user_id = reference.user_id(tx, user)
        change = services.user.reactivate(tx, user_id)
        fields, row = people.record(tx, user_id)
    done = _("Account {id} reactivated: {name} can log in again.").format(
        id=user_id, name=people.name(row)
    )
    nothing = _("It is active already.")
    records.edited(app, output, change, done, fields, row, nothing=nothing, dry_run=dry_run)


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
    password, one_time = one_time_password.choose(app, from_stdin=password_stdin)
    with people.shutting_out(app, user, permission, dry_run=dry_run) as (tx, user_id):
        before = people.record(tx, user_id)[1]
        services.authentication.reset_password(tx, user_id, password)
        fields, row = people.record(tx, user_id)
        # Whoever reset their own password reads nothing until they have another.
        row, own = row or before, user_id == tx.actor.id
    said = _("Password of {name} reset; their sessions have ended.").format(name=people.name(row))
    if own:
        said = _("Your password is reset; your other sessions have ended.")
    one_time_password.written(app, output, said, fields, row, one_time, dry_run=dry_run, own=own)
