"""epicevents event cancel."""

from typing import TYPE_CHECKING

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import prompted_reason_option, several_records, version_option, write_options
from crm.cli.types import EVENT
from crm.domain import inputs
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@several_records("events", EVENT)
@prompted_reason_option
@version_option
@write_options
@click.pass_obj
def cancel(
    app: App,
    /,
    events: tuple[str, ...],
    reason: str | None,
    version: int | None,
    output: str,
    dry_run: bool,
) -> None:
    """Cancel events: they are kept, listings leave them out, and their support is free.

    SUPPORT for the events assigned to them, MANAGEMENT for any, with a reason. An undo brings an
    event back, where its support is still free.

    \b
    Examples:
      epicevents event cancel 40 --reason "the hall burnt down"
      epicevents event cancel 41 42 --reason "wedding called off"
    """
    from crm import services
    from crm.queries.event import LISTING

    writing.edits.refuse_version_of_several(events, version)
    question = asking.questions.input_question(inputs.REASON)
    given = asking.prompts.ask_for_options(
        app, {"reason": reason}, [question], permission=Permission.EVENT_CANCEL
    )
    said = writing.edits.Wording(
        _("Event {id} is cancelled: {name}."),
        _("Event {id} has been cancelled since {cancelled_at}; nothing changed."),
        "epicevents event show {id}".format_map,
    )

    def act(tx: "Transaction", event_id: int) -> "Change":
        return services.event.cancel(tx, event_id, given["reason"], version=version)

    writing.edits.change_records(app, output, LISTING, events, act, said, dry_run=dry_run)
