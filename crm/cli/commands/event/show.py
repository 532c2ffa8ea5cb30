"""epicevents event show."""

from datetime import datetime

import click

from crm.cli import reading
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import past, records
from crm.cli.types import EVENT
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@click.argument("event", type=EVENT)
@past.as_of_option
@record_options
@click.pass_obj
def show(app: App, /, event: str, moment: datetime | None, output: str) -> None:
    """Show an event with its contract and its client. Everybody may.

    \b
    Examples:
      epicevents event show 40
      epicevents event show 40 --as-of today -o json
    """
    from crm.queries.event import LISTING
    from crm.queries.related import related

    title = _("Event {id}: {name}")
    if moment:
        past.show(app, output, LISTING, event, moment, title)
        return
    with app.transaction() as tx:
        row = records.find(tx, LISTING, event)
        found = related(tx, "event", row[0], app.now) if output == "table" else {}
    record = records.by_field(LISTING.fields, row)
    records.show(
        app,
        output,
        title.format(**record),
        LISTING.fields,
        row,
        related=reading.offers.related(found, {"contract": _("Contract"), "client": _("Client")}),
        commands=[
            *reading.offers.possible(
                tx.actor, record["support_contact_id"], reading.offers.of_event(record)
            ),
            reading.offers.history("event", record["id"]),
        ],
    )
