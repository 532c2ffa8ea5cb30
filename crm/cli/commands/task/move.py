"""epicevents task move."""

from datetime import date

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import several_records, write_options
from crm.cli.types import DAY, TASK
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@several_records("tasks", TASK)
@click.argument("due_date", metavar="DATE", type=DAY)
@write_options
@click.pass_obj
def move(app: App, /, tasks: tuple[str, ...], due_date: date, output: str, dry_run: bool) -> None:
    """Give tasks another day (who made it or has it; MANAGEMENT: any).

    \b
    Examples:
      epicevents task move 12 monday
      epicevents task move 12 15 +7d
    """
    from crm import services
    from crm.queries.task import LISTING

    said = writing.edits.Wording(
        _("Task {id} moved to {due_date}: {text}"),
        _("Task {id} is already due on {due_date}; nothing changed."),
        lambda _record: "epicevents task list",
    )
    writing.edits.change_records(
        app,
        output,
        LISTING,
        tasks,
        lambda tx, task_id: services.task.move(tx, task_id, due_date),
        said,
        dry_run=dry_run,
    )
