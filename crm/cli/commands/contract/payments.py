"""epicevents contract payments."""

from typing import Any

import click

from crm.cli import reading
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import listing_options
from crm.cli.reading import records
from crm.cli.types import CONTRACT
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@click.argument("contract", type=CONTRACT)
@listing_options
@click.pass_obj
def payments(app: App, /, contract: str, **given: Any) -> None:
    """List the payments of a contract, latest first (everybody).

    \b
    Examples:
      epicevents contract payments 12
      epicevents contract payments 12 -o csv --all
    """
    from crm.queries import contract as contracts
    from crm.queries.listing import Request
    from crm.queries.pages import count_records
    from crm.queries.payment import OF_CONTRACT

    options = reading.request.ListingOptions.take_from(given)
    with app.transaction() as tx:
        row = records.find_row(tx, contracts.LISTING, contract)
        of_contract = {"contract": row.id}
        if options == reading.request.ListingOptions() and not count_records(
            tx, OF_CONTRACT, Request(filters=of_contract), most=1
        ):
            pay = _("No payments yet. Record one: epicevents contract pay {id} AMOUNT")
            app.console.note(pay.format(id=row.id))
            return
        reading.listing.run_listing(app, tx, OF_CONTRACT, options, of_contract)
