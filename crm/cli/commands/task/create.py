"""epicevents task create."""

from datetime import date
from typing import Any

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.asking.parameters import AskedArgument, AskedOption
from crm.cli.groups import Command
from crm.cli.noun_options import subject_options
from crm.cli.options import write_options
from crm.cli.reading import records, subjects
from crm.cli.types import DAY, USER
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission


@click.command(cls=Command)
@click.argument("text", cls=AskedArgument)
@click.option("--due", "due_date", type=DAY, cls=AskedOption, help=_("The day it is to be done."))
@click.option("--for", "assignee", type=USER, help=_("Who is to do it; you by default."))
@subject_options
@write_options
@click.pass_obj
def create(
    app: App,
    /,
    text: str | None,
    due_date: date | None,
    assignee: str | None,
    output: str,
    dry_run: bool,
    **given: Any,
) -> None:
    """Create a task, for yourself or a colleague (everybody).

    With --contract or --event the client is theirs.

    \b
    Examples:
      epicevents task create "Send the offer" --due friday --client 12
      epicevents task create "Check the lights" --due +7d --for Inès --event 40
      epicevents task create
    """
    from crm import services
    from crm.queries.task import LISTING

    values = asking.prompts.ask_for_options(
        app,
        {"text": text, "due_date": due_date},
        asking.nouns.task_questions(app),
        permission=Permission.TASK_CREATE,
    )
    with app.transaction(dry_run=dry_run) as tx:
        about: dict[str, Any] = {**subjects.find_subject_ids(tx, assignee=assignee, **given)}
        change = services.task.create(tx, **(values | about))
        row = records.find_row(tx, LISTING, str(change.record.id))
    writing.outcome.report_write(
        app,
        output,
        _("Task {id} created for {assignee}, due {due_date}: {text}").format(
            **writing.edits.format_fields(app, LISTING.fields, row)
        ),
        LISTING.fields,
        row,
        dry_run=dry_run,
        then=f"epicevents task done {row.id}",
    )
