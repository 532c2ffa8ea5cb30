"""epicevents client log."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import next_option
from crm.cli.options import write_options
from crm.cli.reading import records, subjects
from crm.cli.types import CLIENT, CONTRACT, EVENT, PAST_DAY
from crm.domain import inputs
from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

_SHOWN = 30  # entries of the client; `log list` shows the others


@click.command(cls=Command)
@click.argument("client", type=CLIENT)
@click.argument("text", required=False)
@click.option("-e", "--edit", is_flag=True, help=_("Write TEXT in your editor (VISUAL or EDITOR)."))
@click.option(
    "--kind",
    type=click.Choice(inputs.LOG_KINDS, case_sensitive=False),
    help=_("How it was said; a note by default."),
)
@click.option("--date", "said_on", type=PAST_DAY, help=_("The day it was said; today by default."))
@click.option("--contract", type=CONTRACT, metavar="ID", help=_("The contract it was about."))
@click.option("--event", type=EVENT, metavar="ID", help=_("The event it was about."))
@next_option(_("Create the next task for you: DATE and TEXT."))
@write_options
@click.pass_obj
def log(
    app: App,
    /,
    client: str,
    text: str | None,
    edit: bool,
    output: str,
    dry_run: bool,
    **given: Any,
) -> None:
    """Log what was said to a client, or list it (everybody, on any client).

    Without TEXT it lists the latest entries. TEXT - is read from standard input. Nobody edits an
    entry; its author may take it back within the hour: epicevents undo.

    \b
    Examples:
      epicevents client log 12
      epicevents client log 12 "Wants the offer by Friday" --kind call
      epicevents client log 48 "Agreed on the menu" --kind meeting --date yesterday --event 40
      epicevents client log 12 "Nobody answered" --kind call --next tomorrow "Call again"
      epicevents client log 12 - < email.txt
    """
    text = _read_text(app, text, edit=edit)
    if text is None:
        _list_entries(app, client, output, given, dry_run=dry_run)
        return
    _write_entry(app, client, text, output, given, dry_run=dry_run)


def _read_text(app: App, given: str | None, *, edit: bool) -> str | None:
    """Return the text that was given, that the editor or standard input holds; None for none."""
    if edit and given is not None:
        raise UsageFault(
            _("TEXT and --edit exclude each other."),
            hint=_("Leave one of them out."),
            code="contradictory_options",
        )
    if edit:
        return asking.answers.edit_text(app)
    return asking.answers.read_stdin_text(app) if given == "-" else given


def _list_entries(
    app: App, client: str, output: str, given: dict[str, Any], *, dry_run: bool
) -> None:
    from crm.queries import reference
    from crm.queries.log import OF_CLIENT

    if dry_run or any(value is not None for value in given.values()):
        raise UsageFault(
            _("Missing TEXT."),
            hint=_("To list entries by kind or date: epicevents log list --client CLIENT"),
            code="missing_option",
            details={"options": ["TEXT"]},
        )
    options = reading.request.ListingOptions(output=output, limit=_SHOWN)
    with app.transaction() as tx:
        client_id = reference.find_client_id(tx, client)
        empty = _('Nothing logged yet. Add an entry: epicevents client log {id} "TEXT"')
        reading.listing.run_listing(
            app,
            tx,
            OF_CLIENT,
            options,
            {"client": client_id},
            reading.request.Presentation(empty=empty.format(id=client_id)),
        )


def _write_entry(
    app: App, client: str, text: str, output: str, given: dict[str, Any], *, dry_run: bool
) -> None:
    from crm import services
    from crm.queries import reference
    from crm.queries.log import LISTING

    kind, said_on, following = (given.pop(name) for name in ("kind", "said_on", "following"))
    with app.transaction(dry_run=dry_run) as tx:
        client_id = reference.find_client_id(tx, client)
        about = subjects.find_subject_ids(tx, **given)
        change = services.log.log(
            tx, client_id, text, kind=kind or "note", said_on=said_on, **about
        )
        row = records.find_row(tx, LISTING, str(change.record.id))
        task = _plan_next(tx, client_id, following, about) if following else None
    said = writing.edits.format_fields(app, LISTING.fields, row)
    done = _("Logged on client {client_id}, {client}: {kind} of {said_on}.").format(**said)
    if task:
        done += " " + _("Task {id} is due on {date}.").format(id=task.id, date=task.due_date)
    writing.outcome.report_write(
        app,
        output,
        done,
        LISTING.fields,
        row,
        dry_run=dry_run,
        then=f"epicevents client log {client_id}",
    )


def _plan_next(
    tx: "Transaction", client_id: int, following: "tuple[date, str]", about: dict[str, int]
) -> Any:
    from crm import services

    due_date, text = following
    change = services.task.create(tx, text=text, due_date=due_date, client_id=client_id, **about)
    return change.record
