"""epicevents event create."""

from typing import Any

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import event_options
from crm.cli.options import write_options
from crm.cli.reading import records
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@event_options
@click.option("--allow-past", is_flag=True, help=_("Allow an event that has already taken place."))
@write_options
@click.pass_obj
def create(app: App, /, allow_past: bool, output: str, dry_run: bool, **given: Any) -> None:
    """Create an event on a signed contract (SALES: own clients; MANAGEMENT: any).

    \b
    Examples:
      epicevents event create --contract 12
      epicevents event create --contract 12 --name "General Assembly" --client-contact "Kevin" \\
        --start-date "2030-06-04 13:00" --end-date "2030-06-05 02:00" \\
        --location "Salle des fêtes, Mufflins" --attendees 200
    """
    from crm import services
    from crm.queries import contract as contracts
    from crm.queries import event as query

    values = asking.nouns.ask_for_event(app, given)
    with app.transaction(dry_run=dry_run) as tx:
        contract_id = records.find_row(tx, contracts.LISTING, values.pop("contract")).id
        change = services.event.create(tx, contract_id=contract_id, allow_past=allow_past, **values)
        row = records.find_row(tx, query.LISTING, str(change.record.id))
    record = records.map_fields(query.LISTING.fields, row)
    next_one = reading.offers.select_allowed(tx.actor, None, reading.offers.event_offers(record))
    writing.outcome.report_write(
        app,
        output,
        _("Event {id} created: {name}, {start_date}.").format(
            **writing.edits.format_fields(app, query.LISTING.fields, row)
        ),
        query.LISTING.fields,
        row,
        dry_run=dry_run,
        then=next_one[0].line if next_one else f"epicevents event show {row.id}",
    )
