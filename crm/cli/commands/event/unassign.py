"""epicevents event unassign."""

from typing import TYPE_CHECKING

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import several_records, version_option, write_options
from crm.cli.types import EVENT
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@several_records("events", EVENT)
@version_option
@write_options
@click.pass_obj
def unassign(
    app: App, /, events: tuple[str, ...], version: int | None, output: str, dry_run: bool
) -> None:
    """Remove the support person from events (MANAGEMENT only).

    \b
    Examples:
      epicevents event unassign 40
      epicevents event unassign 40 41 42
    """
    from crm import services
    from crm.queries.event import LISTING

    said = writing.edits.Wording(
        _("Event {id} unassigned: {name}."),
        _("Event {id} has no support contact; nothing to change."),
        "epicevents event assign {id} USER".format_map,
    )

    writing.edits.refuse_version_of_several(events, version)

    def act(tx: "Transaction", event_id: int) -> "Change":
        return services.event.unassign(tx, event_id, version=version)

    writing.edits.change_records(app, output, LISTING, events, act, said, dry_run=dry_run)
