"""epicevents contract create."""

from typing import Any

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import due_date_option, signed_option
from crm.cli.options import input_options, write_options
from crm.cli.reading import records
from crm.cli.types import CLIENT, DAY
from crm.domain import inputs
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@click.option("--client", type=CLIENT, help=_("The client: id, email, phone or name."))
@input_options(*inputs.CONTRACT)
@signed_option
@due_date_option(DAY)
@write_options
@click.pass_obj
def create(app: App, /, client: str | None, output: str, dry_run: bool, **given: Any) -> None:
    """Create a contract (SALES: for own clients; MANAGEMENT: for any).

    Unless you say otherwise it starts as a draft, with the full amount due 30 days after signing.

    \b
    Examples:
      epicevents contract create --client 12 --total-amount 4000
      epicevents contract create --client 12 --total-amount "4 000,00" \\
        --amount-due 1500 --signed
    """
    from crm import services
    from crm.queries import contract as query
    from crm.queries import reference

    values = asking.nouns.ask_for_contract(app, {"client": client, **given})
    with app.transaction(dry_run=dry_run) as tx:
        client_id = reference.find_client_id(tx, values.pop("client"))
        change = services.contract.create(tx, client_id=client_id, **values)
        row = records.find_row(tx, query.LISTING, str(change.record.id))
    writing.outcome.report_write(
        app,
        output,
        _("Contract {id} created: {client}, {total_amount}.").format(
            **writing.edits.format_fields(app, query.LISTING.fields, row)
        ),
        query.LISTING.fields,
        row,
        dry_run=dry_run,
        then=reading.offers.suggest_for_contract(records.map_fields(query.LISTING.fields, row)),
    )
