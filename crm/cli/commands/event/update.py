"""epicevents event update."""

from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import event_options
from crm.cli.options import version_option, write_options
from crm.cli.reading import records
from crm.cli.types import EVENT
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.cli.writing.updating import Values
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@click.argument("event", type=EVENT)
@event_options
@version_option
@write_options
@click.pass_obj
def update(
    app: App,
    /,
    event: str,
    contract: str | None,
    version: int | None,
    output: str,
    dry_run: bool,
    **given: Any,
) -> None:
    """Change an event (SUPPORT: events assigned to them; MANAGEMENT: any).

    Without options, in a terminal, it asks for each field; Enter keeps the current value.
    With --start-date and no --end-date the event moves as a whole and lasts as long as before.

    \b
    Examples:
      epicevents event update 40
      epicevents event update 40 --attendees 80 --location "Château de Candé"
      epicevents event update 40 --start-date "2030-06-11 14:00"
      epicevents event update 40 --start-date "2030-06-04 14:00" --end-date "2030-06-05 02:00"
    """
    from crm import services
    from crm.queries import contract as contracts
    from crm.queries.event import LISTING

    moves = given["start_date"] is not None and given["end_date"] is None

    def act(tx: "Transaction", number: int, values: "Values", seen: "Values | None") -> "Change":
        new = dict(values)
        if "contract" in new:
            new["contract_id"] = records.find_row(tx, contracts.LISTING, new.pop("contract")).id
        if moves:
            new["end_date"] = services.event.find_new_end(tx, number, new["start_date"])
        zone = app.settings.timezone
        return services.event.update(tx, number, new, version=version, seen=seen, zone=zone)

    def together(values: "Values") -> None:
        services.event.check_dates(values["start_date"], values["end_date"])

    subject = writing.updating.Update(
        LISTING,
        event,
        act,
        lambda _seen: asking.nouns.event_change_questions(app),
        {"end_date": together},
    )
    given = {"contract": contract, **given}
    edited = writing.updating.run_update(app, subject, given, dry_run=dry_run)
    said = writing.edits.Wording(
        _("Event {id} updated: {name}."),
        _("Nothing to change."),
        "epicevents event show {id}".format_map,
    )
    writing.edits.report_edit(app, output, edited, said, dry_run=dry_run)
