"""epicevents event show."""

from datetime import datetime

import click

from crm.cli import reading
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import as_of, records
from crm.cli.types import EVENT
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@click.argument("event", type=EVENT)
@as_of.as_of_option
@record_options
@click.pass_obj
def show(app: App, /, event: str, moment: datetime | None, output: str) -> None:
    """Show an event with its contract and its client (everybody).

    Wherever a command takes an EVENT, words that only one has are enough: its name, whom to meet,
    or where.

    \b
    Examples:
      epicevents event show 40
      epicevents event show "assemblee onze"
      epicevents event show 40 --as-of today -o json
    """
    from crm.queries.event import LISTING
    from crm.queries.related import read_related

    title = _("Event {id}: {name}")
    if moment:
        as_of.show_as_of(app, output, LISTING, event, moment, title)
        return
    with app.transaction() as tx:
        row = records.find_row(tx, LISTING, event)
        found = read_related(tx, "event", row.id, app.now) if output == "table" else {}
    record = records.map_fields(LISTING.fields, row)
    records.show_record(
        app,
        output,
        title.format(**record),
        LISTING.fields,
        row,
        related=reading.offers.build_sections(
            found, {"contract": _("Contract"), "client": _("Client")}
        ),
        commands=[
            *reading.offers.select_allowed(
                tx.actor, record["support_contact_id"], reading.offers.event_offers(record)
            ),
            reading.offers.history_command("event", record["id"]),
        ],
    )
