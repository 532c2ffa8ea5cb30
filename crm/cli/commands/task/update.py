"""epicevents task update."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import subject_options
from crm.cli.options import input_options, version_option, write_options
from crm.cli.reading import subjects
from crm.cli.types import DAY, TASK, USER
from crm.domain import inputs
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.cli.writing.updating import Values
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@click.argument("task", type=TASK)
@input_options(*inputs.TASK)
@click.option("--due", "due_date", type=DAY, help=_("The day it is to be done."))
@click.option("--for", "assignee", type=USER, help=_("Who is to do it."))
@subject_options
@version_option
@write_options
@click.pass_obj
def update(
    app: App,
    /,
    task: str,
    due_date: date | None,
    version: int | None,
    output: str,
    dry_run: bool,
    **given: Any,
) -> None:
    """Change a task, or give it to a colleague (who made it or has it; MANAGEMENT: any).

    \b
    Examples:
      epicevents task update 12
      epicevents task update 12 --for sales2@epicevents.example
      epicevents task update 12 --text "Send the second offer" --due friday
    """
    from crm import services
    from crm.queries.task import LISTING

    def act(tx: "Transaction", number: int, values: "Values", seen: "Values | None") -> "Change":
        new = dict(values)
        about = {name: new.pop(name, None) for name in subjects.NAMES}
        new |= subjects.find_subject_ids(tx, **about)
        return services.task.update(tx, number, new, version=version, seen=seen)

    subject = writing.updating.Update(
        LISTING, task, act, lambda _seen: asking.nouns.task_questions(app)
    )
    edited = writing.updating.run_update(
        app, subject, {"due_date": due_date, **given}, dry_run=dry_run
    )
    said = writing.edits.Wording(
        _("Task {id} updated: {text}"),
        _("Nothing to change."),
        lambda _record: "epicevents task list",
    )
    writing.edits.report_edit(app, output, edited, said, dry_run=dry_run)
