"""epicevents event delete."""

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import several_records, write_options, yes_option
from crm.cli.types import EVENT
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@several_records("events", EVENT)
@yes_option
@write_options
@click.pass_obj
def delete(app: App, /, events: tuple[str, ...], yes: bool, output: str, dry_run: bool) -> None:
    """Delete events (MANAGEMENT only).

    \b
    Examples:
      epicevents event delete 40
      epicevents event delete 41 42
    """
    from crm import services
    from crm.queries.event import LISTING

    writing.deleting.delete_records(
        app,
        output,
        LISTING,
        events,
        services.event.delete,
        _("Event {id}: {name}"),
        _("Event {id} deleted: {name}."),
        yes=yes,
        dry_run=dry_run,
    )
