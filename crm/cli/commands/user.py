"""epicevents user …"""

from typing import TYPE_CHECKING, Any

import click

from crm.cli import one_time_password, prompts, records
from crm.cli.app import App
from crm.cli.groups import Group
from crm.cli.listing import Options, run
from crm.cli.options import (
    USER,
    input_options,
    listing_options,
    password_option,
    record_options,
    version_option,
    write_options,
    yes_option,
)
from crm.domain import inputs
from crm.domain.enums import Role
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.database import Transaction

# What somebody looks after: in JSON always, on a sheet where there is some.
LOOKS_AFTER = ("clients", "open_contracts", "upcoming_events")


@click.group(cls=Group)
def user() -> None:
    """Colleagues and their accounts."""


@user.command("list")
@listing_options
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role], case_sensitive=False),
    help=_("Whose role is this."),
)
@click.option("--active/--inactive", default=None, help=_("Who may log in, or may not."))
@click.pass_obj
def list_(app: App, /, **given: Any) -> None:
    """List colleagues, the newest first. Everybody may.

    \b
    Examples:
      epicevents user list --role support --active
      epicevents user list -S lefe -o ids
    """
    from crm.queries.user import LISTING

    options = Options.taken_from(given)
    with app.transaction() as tx:
        run(app, tx, LISTING, options, given)


@user.command("show")
@click.argument("user", type=USER)
@record_options
@click.pass_obj
def show(app: App, /, user: str, output: str) -> None:
    """Show a colleague, and how much they look after. Everybody may.

    \b
    Examples:
      epicevents user show me
      epicevents user show sophie@epicevents.example -o json
    """
    from crm.cli.output.detail import Command
    from crm.queries import reference

    with app.transaction() as tx:
        user_id = reference.user_id(tx, user)
        fields, row = _record(tx, user_id)
        counts = _looks_after(app, tx, user_id)
    kept = [name for name in LOOKS_AFTER if output == "json" or counts[name]]
    see = {
        Role.SALES: Command(f"epicevents client list --sales {user_id}", _("their clients")),
        Role.SUPPORT: Command(f"epicevents event list --support {user_id}", _("their events")),
    }.get(row[5])
    records.show(
        app,
        output,
        _name(row),
        (*fields, *(Field(name, Kind.INTEGER) for name in kept)),
        (*row, *(counts[name] for name in kept)),
        commands=[
            *([see] if see else []),
            Command(f"epicevents user update {user_id}", _("change")),
        ],
    )


@user.command("create")
@input_options(*inputs.USER)
@password_option
@write_options
@click.pass_obj
def create(app: App, /, password_stdin: bool, output: str, dry_run: bool, **given: Any) -> None:
    """Create an account. MANAGEMENT may.

    Prints a one-time password unless one is sent; either way its owner must choose another at the
    first login.

    \b
    Examples:
      epicevents user create
      epicevents user create --first-name Jo --last-name Roy --email jo@epicevents.example \\
        --role SALES
    """
    from crm import services

    questions = map(prompts.of_input, inputs.USER)
    values = prompts.complete(app, given, questions, permission=Permission.USER_CREATE)
    password, one_time = one_time_password.choose(app, from_stdin=password_stdin)
    with app.transaction(dry_run=dry_run) as tx:
        change = services.user.create(tx, password=password, **values)
        fields, row = _record(tx, change.record.id)
    said = _("Account {id} created: {name}, {role}.").format(
        id=row[0], name=_name(row), role=row[5]
    )
    one_time_password.written(app, output, said, fields, row, one_time, dry_run=dry_run)


@user.command("update")
@click.argument("user", type=USER)
@input_options(*inputs.USER)
@version_option
@write_options
@click.pass_obj
def update(
    app: App, /, user: str, version: int | None, output: str, dry_run: bool, **given: Any
) -> None:
    """Change an account: MANAGEMENT any, but not its own role; others may their own phone.

    \b
    Examples:
      epicevents user update me --phone "06 12 34 56 78"
      epicevents user update sophie@epicevents.example --role MANAGEMENT
    """
    from crm import services
    from crm.queries import reference

    values = {name: value for name, value in given.items() if value is not None}
    if not values:
        raise records.nothing_given()
    with app.transaction(dry_run=dry_run) as tx:
        user_id = reference.user_id(tx, user)
        change = services.user.update(tx, user_id, values, version=version)
        fields, row = _record(tx, user_id)
    done = _("Account {id} updated: {name}.").format(id=user_id, name=_name(row))
    then = f"epicevents user show {user_id}"
    records.edited(app, output, change, done, fields, row, dry_run=dry_run, then=then)


@user.command("deactivate")
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
    from crm.queries import reference

    with app.transaction(dry_run=dry_run) as tx:
        user_id = reference.user_id(tx, user)
        change = services.user.deactivate(tx, user_id)
        fields, row = _record(tx, user_id)
        counts = _looks_after(app, tx, user_id)
    name = _name(row)
    records.edited(
        app,
        output,
        change,
        _("Account {id} deactivated: {name} can no longer log in.").format(id=user_id, name=name),
        (*fields, *(Field(each, Kind.INTEGER) for each in LOOKS_AFTER)),
        (*row, *(counts[each] for each in LOOKS_AFTER)),
        nothing=_("It is inactive already."),
        dry_run=dry_run,
    )
    if output != "json" and any(counts.values()):
        left = services.user.listed({kind: count for kind, count in counts.items() if count})
        said = _("{name} is still the contact of {what}; see: epicevents user show {id}")
        app.console.note(said.format(name=name, what=left, id=user_id), loud=True)


@user.command("reactivate")
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
        fields, row = _record(tx, user_id)
    done = _("Account {id} reactivated: {name} can log in again.").format(
        id=user_id, name=_name(row)
    )
    nothing = _("It is active already.")
    records.edited(app, output, change, done, fields, row, nothing=nothing, dry_run=dry_run)


@user.command("delete")
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
    from crm.queries import reference

    # Tried first, so that nobody is asked to confirm what is refused.
    with app.transaction(dry_run=True) as tx:
        user_id = reference.user_id(tx, user)
        fields, row = _record(tx, user_id)
        services.user.delete(tx, user_id)
    name = _name(row)
    if not dry_run:
        email = row[3]
        records.before_deletion(app, name, fields, row, yes=yes, typed=email)
        with app.transaction() as tx:
            services.user.delete(tx, user_id)
    done = _("Account {id} deleted: {name}.").format(id=user_id, name=name)
    kept = row if output == "json" else None
    records.written(app, output, done, fields, kept, dry_run=dry_run)


@user.command("reset-password")
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
    from crm.queries import reference

    password, one_time = one_time_password.choose(app, from_stdin=password_stdin)
    with app.transaction(dry_run=dry_run) as tx:
        user_id = reference.user_id(tx, user)
        services.authentication.reset_password(tx, user_id, password)
        fields, row = _record(tx, user_id)
    said = _("Password of {name} reset; their sessions have ended.")
    said = said.format(name=_name(row))
    one_time_password.written(app, output, said, fields, row, one_time, dry_run=dry_run)


def _record(tx: "Transaction", user_id: int) -> tuple[Any, Any]:
    from crm.queries import user as query

    return query.LISTING.fields, query.show(tx, user_id)


def _name(row: Any) -> str:
    return f"{row[1]} {row[2]}"


def _looks_after(app: App, tx: "Transaction", user_id: int) -> dict[str, int]:
    from crm.queries import user as query

    counts = query.dependants(tx, user_id, app.now)
    return {name: counts[name] for name in LOOKS_AFTER}
