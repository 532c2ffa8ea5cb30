"""epicevents task done."""

from typing import TYPE_CHECKING

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import next_option
from crm.cli.options import several_records, write_options
from crm.cli.types import TASK
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from datetime import date

    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@several_records("tasks", TASK)
@next_option(_("Create the next task: DATE and TEXT, for the same colleague and client."))
@write_options
@click.pass_obj
def done(
    app: App,
    /,
    tasks: tuple[str, ...],
    following: "tuple[date, str] | None",
    output: str,
    dry_run: bool,
) -> None:
    """Note that tasks are done (who made it or has it; MANAGEMENT: any).

    A task of a client is also noted in the client's log.

    \b
    Examples:
      epicevents task done 12
      epicevents task done 12 15
      epicevents task done 12 --next +14d "Ask whether they have decided"
    """
    from crm import services
    from crm.queries.task import LISTING

    created = []

    def act(tx: "Transaction", task_id: int) -> "Change":
        change = services.task.complete(tx, task_id)
        if following and change:
            created.append(services.task.follow_up(tx, task_id, *following).record)
        return change

    said = writing.edits.Wording(
        _("Task {id} is done: {text}"),
        _("Task {id} was already done on {done_at}; nothing changed."),
        lambda _record: "epicevents task list",
    )
    writing.edits.change_records(app, output, LISTING, tasks, act, said, dry_run=dry_run)
    for each in created if output != "json" and not dry_run else ():
        told = _("Task {id} is due on {date}: {text}")
        app.console.note(told.format(id=each.id, date=each.due_date, text=each.text))
