"""epicevents task delete."""

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import several_records, write_options, yes_option
from crm.cli.types import TASK
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@several_records("tasks", TASK)
@yes_option
@write_options
@click.pass_obj
def delete(app: App, /, tasks: tuple[str, ...], yes: bool, output: str, dry_run: bool) -> None:
    """Delete tasks (who made it or has it; MANAGEMENT: any).

    \b
    Examples:
      epicevents task delete 12
      epicevents task delete 13 14
    """
    from crm import services
    from crm.queries.task import LISTING

    writing.deleting.delete_records(
        app,
        output,
        LISTING,
        tasks,
        services.task.delete,
        _("Task {id}: {text}"),
        _("Task {id} deleted: {text}"),
        yes=yes,
        dry_run=dry_run,
    )
