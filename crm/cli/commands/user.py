"""epicevents user …"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.groups import Entry, Group
from crm.cli.options import (
    USER,
    input_options,
    listing_options,
    password_option,
    record_options,
    version_option,
    write_options,
)
from crm.cli.reading import past, records
from crm.domain import inputs
from crm.domain.enums import Role
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.cli.output import detail
    from crm.cli.writing.updating import Values
    from crm.database.transaction import Transaction
    from crm.domain.permissions import Actor


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

    options = reading.asked.Options.taken_from(given)
    with app.transaction() as tx:
        reading.listing.run(app, tx, LISTING, options, given)


@user.command("show")
@click.argument("user", type=USER)
@past.as_of_option
@record_options
@click.pass_obj
def show(app: App, /, user: str, moment: datetime | None, output: str) -> None:
    """Show a colleague, and how much they look after. Everybody may.

    \b
    Examples:
      epicevents user show me --as-of today
      epicevents user show sales3@epicevents.example -o json
    """
    from crm.queries import reference
    from crm.queries.user import LISTING

    title = _("Colleague {id}: {first_name} {last_name}")
    if moment:
        unknown = writing.people.COUNTS if output == "json" else ()
        past.show(app, output, LISTING, user, moment, title, unknown=unknown)
        return
    with app.transaction() as tx:
        user_id = reference.user_id(tx, user)
        fields, row = writing.people.record(tx, user_id)
        counts = writing.people.looks_after(app, tx, user_id)
    person = records.by_field(fields, row)
    commands = _next(tx.actor, user_id, person["role"], active=person["is_active"])
    # In JSON always, on a sheet where there is some.
    kept = [field for field in writing.people.COUNTS if output == "json" or counts[field.name]]
    records.show(
        app,
        output,
        title.format(**person),
        (*fields, *kept),
        (*row, *(counts[field.name] for field in kept)),
        commands=[*commands, reading.offers.history("user", user_id)],
    )


def _next(actor: "Actor", user_id: int, role: Role, *, active: bool) -> "list[detail.Command]":
    from crm.cli.output.detail import Command

    commands = []
    if role == Role.SALES:
        commands.append(Command(f"epicevents client list --sales {user_id}", _("their clients")))
    if role == Role.SUPPORT:
        commands.append(Command(f"epicevents event list --support {user_id}", _("their events")))
    if actor.role == Role.MANAGEMENT and not active:
        commands.append(Command(f"epicevents user reactivate {user_id}", _("let them in again")))
    if actor.role == Role.MANAGEMENT:
        commands.append(Command(f"epicevents user update {user_id}", _("change it")))
    elif actor.id == user_id:
        commands.append(Command("epicevents user update me --phone PHONE", _("change the phone")))
    return commands


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

    asked = asking.nouns.with_free_email(app, inputs.USER, services.user.refuse_duplicate)
    values = asking.prompts.complete(app, given, asked, permission=Permission.USER_CREATE)
    password, one_time = writing.one_time_password.choose(app, from_stdin=password_stdin)
    with app.transaction(dry_run=dry_run) as tx:
        change = services.user.create(tx, password=password, **values)
        fields, row = writing.people.record(tx, change.record.id)
    said = _("Account {id} created: {name}, {role}.").format(
        id=row[0], name=writing.people.name(row), role=row[5]
    )
    writing.one_time_password.written(app, output, said, fields, row, one_time, dry_run=dry_run)


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

    At a terminal and without options it asks for each field; Enter keeps what is there.

    \b
    Examples:
      epicevents user update sales3@epicevents.example
      epicevents user update me --phone "06 12 34 56 78"
      epicevents user update manager2@epicevents.example --role SALES
    """
    from crm import services
    from crm.queries import reference
    from crm.queries.user import LISTING

    def write(tx: "Transaction", user_id: int, values: "Values", seen: "Values | None") -> Any:
        change = services.user.update(tx, user_id, values, version=version, seen=seen)
        return change, *writing.people.record(tx, user_id)

    def begin(values: "Values", trying: bool) -> "AbstractContextManager[Transaction]":
        return _changing(app, user, values, dry_run=trying)

    subject = writing.updating.Update(
        LISTING.fields,
        lambda tx: reference.user_id(tx, user),
        lambda tx, user_id: records.by_field(*writing.people.record(tx, user_id)),
        lambda seen: asking.nouns.of_person(app, seen["id"]),
    )
    change, fields, row = writing.updating.run(app, subject, given, write, begin, dry_run=dry_run)
    user_id = row[0]
    done = _("Account {id} updated: {name}.").format(id=user_id, name=writing.people.name(row))
    then = f"epicevents user show {user_id}"
    writing.outcome.edited(app, output, change, done, fields, row, dry_run=dry_run, then=then)


@contextmanager
def _changing(app: App, user: str, values: "Values", *, dry_run: bool) -> "Iterator[Transaction]":
    """Another role takes the old one's rights away first; anything else is an edit like others."""
    if "role" in values:
        permission = Permission.USER_CHANGE_ROLE
        with writing.people.shutting_out(app, [user], permission, dry_run=dry_run) as (tx, _ids):
            yield tx
    else:
        with app.transaction(dry_run=dry_run) as tx:
            yield tx


user.add_later(
    Entry("deactivate", "deactivation:deactivate"),
    Entry("reactivate", "account:reactivate"),
    Entry("transfer", "leaving:transfer"),
    Entry("delete", "leaving:delete"),
    Entry("reset-password", "account:reset_password"),
)
