"""epicevents contract show."""

from datetime import datetime

import click

from crm.cli import reading
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import as_of, records
from crm.cli.types import CONTRACT
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@click.argument("contract", type=CONTRACT)
@as_of.as_of_option
@record_options
@click.pass_obj
def show(app: App, /, contract: str, moment: datetime | None, output: str) -> None:
    """Show a contract with its events and payments (everybody).

    Wherever a command takes a CONTRACT, words that only one has are enough: of its client, or the
    reference of a payment.

    \b
    Examples:
      epicevents contract show 12
      epicevents contract show "kevin casey"
      epicevents contract show 12 -o json
      epicevents contract show 12 --as-of today
    """
    from crm.queries import contract as query
    from crm.queries.related import read_related

    title = _("Contract {id} of {client}")
    if moment:
        as_of.show_as_of(app, output, query.LISTING, contract, moment, title)
        return
    with app.transaction() as tx:
        row = records.find_row(tx, query.LISTING, contract)
        found = read_related(tx, "contract", row.id, app.now) if output == "table" else {}
        owner_id = query.owner_id(tx, row.id) if output == "table" else None
    record = records.map_fields(query.LISTING.fields, row)
    records.show_record(
        app,
        output,
        title.format(**record),
        query.LISTING.fields,
        row,
        related=reading.offers.build_sections(
            found, {"events": _("Events"), "payments": _("Payments")}
        ),
        commands=[
            *reading.offers.select_allowed(
                tx.actor, owner_id, reading.offers.contract_offers(record)
            ),
            reading.offers.history_command("contract", record["id"]),
        ],
    )
