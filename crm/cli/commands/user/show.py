"""epicevents user show."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from crm.cli import reading, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import as_of, records
from crm.cli.types import USER
from crm.domain.enums import Role
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.cli.output import detail
    from crm.domain.permissions import Actor


@click.command(cls=Command)
@click.argument("user", type=USER)
@as_of.as_of_option
@record_options
@click.pass_obj
def show(app: App, /, user: str, moment: datetime | None, output: str) -> None:
    """Show a colleague and how many records they look after (everybody).

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
        as_of.show_as_of(app, output, LISTING, user, moment, title, unknown=unknown)
        return
    with app.transaction() as tx:
        user_id = reference.find_user_id(tx, user)
        fields, row = writing.people.read_person(tx, user_id)
        counts = writing.people.count_duties(app, tx, user_id)
    person = records.map_fields(fields, row)
    commands = _offer_commands(tx.actor, user_id, person["role"], active=person["is_active"])
    # In JSON always, on a sheet where there is some.
    kept = [field for field in writing.people.COUNTS if output == "json" or counts[field.name]]
    records.show_record(
        app,
        output,
        title.format(**person),
        (*fields, *kept),
        (*row, *(counts[field.name] for field in kept)),
        commands=[*commands, reading.offers.history_command("user", user_id)],
    )


def _offer_commands(
    actor: "Actor", user_id: int, role: Role, *, active: bool
) -> "list[detail.NextCommand]":
    from crm.cli.output.detail import NextCommand

    commands = []
    if role == Role.SALES:
        commands.append(
            NextCommand(f"epicevents client list --sales {user_id}", _("their clients"))
        )
    if role == Role.SUPPORT:
        commands.append(
            NextCommand(f"epicevents event list --support {user_id}", _("their events"))
        )
    if actor.role == Role.MANAGEMENT and not active:
        commands.append(
            NextCommand(f"epicevents user reactivate {user_id}", _("reactivate the account"))
        )
    if actor.role == Role.MANAGEMENT:
        commands.append(NextCommand(f"epicevents user update {user_id}", _("change it")))
    elif actor.id == user_id:
        commands.append(
            NextCommand("epicevents user update me --phone PHONE", _("change the phone"))
        )
    return commands
