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
    from crm.queries import event as query

    title = _("Event {id}: {name}")
    if moment:
        past.show(app, output, query.LISTING, event, moment, title)
        return
    with app.transaction() as tx:
        row = records.find(tx, query.LISTING, event)
        found = query.related(tx, row[0]) if output == "table" else {}
    record = records.by_field(query.LISTING.fields, row)
    records.show(
        app,
        output,
        title.format(**record),
        query.LISTING.fields,
        row,
        related=reading.offers.related(found, {"contract": _("Contract"), "client": _("Client")}),
        commands=[
            *reading.offers.possible(
                tx.actor, record["support_contact_id"], reading.offers.of_event(record)
            ),
            reading.offers.history("event", record["id"]),
        ],
    )
