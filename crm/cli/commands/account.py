"""epicevents user deactivate, reactivate, delete, reset-password."""

import click

from crm.cli import one_time_password, people, records
from crm.cli.app import App
from crm.cli.groups import SETTINGS, Command
from crm.cli.options import USER, password_option, write_options, yes_option
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission


@click.command("deactivate", cls=Command, context_settings=SETTINGS)
@click.argument("user", type=USER)
@write_options
@click.pass_obj
def deactivate(app: App, /, user: str, output: str, dry_run: bool) -> None:
    """Close an account at once; what names it stays. MANAGEMENT may, but not its own.

    \b
    Examples:
      epicevents user deactivate sophie@epicevents.example
    """
    from crm import services

    permission = Permission.USER_DEACTIVATE
    with people.shutting_out(app, user, permission, dry_run=dry_run) as (tx, user_id):
        change = services.user.deactivate(tx, user_id)
        fields, row = people.record(tx, user_id)
        counts = people.looks_after(app, tx, user_id)
    name = people.name(row)
    records.edited(
        app,
        output,
        change,
        _("Account {id} deactivated: {name} can no longer log in.").format(id=user_id, name=name),
        (*fields, *people.COUNTS),
        (*row, *counts.values()),
        nothing=_("It is inactive already."),
        dry_run=dry_run,
    )
    if output != "json" and any(counts.values()):
        left = services.user.listed({kind: count for kind, count in counts.items() if count})
        said = _("{name} is still the contact of {what}; see: epicevents user show {id}")
        app.console.note(said.format(name=name, what=left, id=user_id), loud=True)


@click.command("reactivate", cls=Command, context_settings=SETTINGS)
@click.argument("user", type=USER)
@write_options
@click.pass_obj
def reactivate(app: App, /, user: str, output: str, dry_run: bool) -> None:
    """Open a deactivated account again. MANAGEMENT may.

    \b
    Examples:
      epicevents user reactivate sophie@epicevents.example
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


@click.command("delete", cls=Command, context_settings=SETTINGS)
@click.argument("user", type=USER)
@yes_option
@write_options
@click.pass_obj
def delete(app: App, /, user: str, yes: bool, output: str, dry_run: bool) -> None:
    """Delete an account that no record names. MANAGEMENT may, but not its own.

    \b
    Examples:
      epicevents user delete jo@epicevents.example
    """
    from crm import services

    permission = Permission.USER_DELETE
    # Tried first, so that nobody is asked to confirm what is refused.
    with people.shutting_out(app, user, permission, dry_run=True) as (tx, user_id):
        fields, row = people.record(tx, user_id)
        services.user.delete(tx, user_id)
    name, email = people.name(row), row[3]
    if not dry_run:
        records.before_deletion(app, name, fields, row, yes=yes, typed=email)
        with people.shutting_out(app, str(user_id), permission, dry_run=False) as (tx, user_id):
            services.user.delete(tx, user_id)
    done = _("Account {id} deleted: {name}.").format(id=user_id, name=name)
    kept = row if output == "json" else None
    records.written(app, output, done, fields, kept, dry_run=dry_run)


@click.command("reset-password", cls=Command, context_settings=SETTINGS)
@click.argument("user", type=USER)
@password_option
@write_options
@click.pass_obj
def reset_password(
    app: App, /, user: str, password_stdin: bool, output: str, dry_run: bool
) -> None:
    """Give a colleague who forgot the password a one-time one. MANAGEMENT may.

    Their sessions end, and they must choose another password at the next login.

    \b
    Examples:
      epicevents user reset-password sophie@epicevents.example
    """
    from crm import services

    permission = Permission.USER_RESET_PASSWORD
    password, one_time = one_time_password.choose(app, from_stdin=password_stdin)
    with people.shutting_out(app, user, permission, dry_run=dry_run) as (tx, user_id):
        services.authentication.reset_password(tx, user_id, password)
        fields, row = people.record(tx, user_id)
    said = _("Password of {name} reset; their sessions have ended.").format(name=people.name(row))
    one_time_password.written(app, output, said, fields, row, one_time, dry_run=dry_run)
