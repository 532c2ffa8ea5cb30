"""epicevents payment show."""

import click

from crm.cli import reading
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import records
from crm.cli.types import PAYMENT
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@click.argument("payment", type=PAYMENT)
@record_options
@click.pass_obj
def show(app: App, /, payment: int, output: str) -> None:
    """Show an entry of the ledger with its contract (everybody).

    \b
    Examples:
      epicevents payment show 1
      epicevents payment show 1 -o json
    """
    from crm.queries import contract as contracts
    from crm.queries.payment import LISTING
    from crm.queries.related import read_related

    with app.transaction() as tx:
        row = records.find_row(tx, LISTING, str(payment))
        found = read_related(tx, "payment", row.contract_id, app.now) if output == "table" else {}
        owner_id = contracts.owner_id(tx, row.contract_id)
    record = records.map_fields(LISTING.fields, row)
    records.show_record(
        app,
        output,
        _("Payment {id} on contract {contract_id} of {client}").format(**record),
        LISTING.fields,
        row,
        related=reading.offers.build_sections(
            found, {"contract": _("Contract"), "payments": _("All of its payments")}
        ),
        commands=reading.offers.select_allowed(
            tx.actor, owner_id, reading.offers.payment_offers(record)
        ),
    )
