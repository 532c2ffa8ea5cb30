"""epicevents event note."""

from typing import TYPE_CHECKING

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.asking.parameters import AskedArgument
from crm.cli.groups import Command
from crm.cli.options import write_options
from crm.cli.types import EVENT
from crm.domain import inputs
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@click.argument("event", type=EVENT)
@click.argument("text", cls=AskedArgument)
@write_options
@click.pass_obj
def note(app: App, /, event: str, text: str | None, output: str, dry_run: bool) -> None:
    """Add a dated and signed note to an event (SUPPORT: own events; MANAGEMENT: any).

    Earlier notes stay. Without TEXT it asks for the note; - reads it from standard input.

    \b
    Examples:
      epicevents event note 40 "The caterer comes at 16:00"
      epicevents event note 40 - < menu.txt
    """
    from crm import services
    from crm.queries.event import LISTING

    typed = _read_note(app, text)

    def act(tx: "Transaction", event_id: int) -> "Change":
        return services.event.note(tx, event_id, typed, zone=app.settings.timezone)

    edited = writing.edits.run_on_record(app, LISTING, event, act, dry_run=dry_run)
    before, after = (by["notes"] or "" for by in (edited.old, edited.record))
    writing.outcome.report_write(
        app,
        output,
        _("Note added to event {id}: {name}.").format(
            **writing.edits.format_fields(app, edited.fields, edited.row)
        ),
        edited.fields,
        edited.row,
        dry_run=dry_run,
    )
    if output == "json":
        return
    for line in after.removeprefix(before).strip("\n").split("\n"):
        app.console.note(f"  {line}")
    if not dry_run:
        writing.outcome.suggest_command(app, f"epicevents event show {edited.row.id}")


def _read_note(app: App, given: str | None) -> str:
    """Return the note that was given, or ask for it."""
    if given == "-":
        return asking.answers.read_stdin_text(app)
    asked = asking.questions.input_question(inputs.NOTE)._replace(name="text", option="TEXT")
    answered = asking.prompts.ask_for_options(
        app, {"text": given}, [asked], permission=Permission.EVENT_UPDATE
    )
    return str(answered["text"])
