"""epicevents payment list."""

from typing import Any

import click

from crm.cli import reading
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import listing_options
from crm.cli.reading import records
from crm.cli.types import CLIENT, CONTRACT, METHOD, PAST_PERIOD, SALES_USER
from crm.domain.enums import PaymentKind
from crm.domain.i18n import gettext as _


@click.command("list", cls=Command)
@listing_options
@click.option("--from", "paid_from", type=PAST_PERIOD, help=_("Only those of DATE or a later day."))
@click.option("--to", "paid_to", type=PAST_PERIOD, help=_("Only those of DATE or an earlier day."))
@click.option("--method", type=METHOD, help=_("Only those paid by METHOD, such as transfer."))
@click.option(
    "--kind",
    type=click.Choice(list(PaymentKind), case_sensitive=False),
    help=_("Only entries of that kind."),
)
@click.option("--client", type=CLIENT, help=_("Only those of CLIENT (id, email or name)."))
@click.option("--contract", type=CONTRACT, metavar="ID", help=_("Only those of contract ID."))
@click.option("--sales", type=SALES_USER, help=_("Only those of contracts that USER sold."))
@click.option(
    "--reference", metavar="TEXT", help=_("Only those whose reference contains these words.")
)
@click.pass_obj
def list_(
    app: App,
    /,
    paid_from: Any,
    paid_to: Any,
    client: str | None,
    contract: str | None,
    sales: str | None,
    **given: Any,
) -> None:
    """List payments and the other entries of the ledger, latest first (everybody).

    \b
    Examples:
      epicevents payment list --from 2026-06
      epicevents payment list --method transfer --sort=-amount
      epicevents payment list --reference INV-2026-014
      epicevents payment list --mine --kind payment -o csv --all
    """
    from crm.queries import contract as contracts
    from crm.queries import reference
    from crm.queries.payment import LISTING

    options = reading.request.ListingOptions.take_from(given)
    filters = given | {
        "paid_from": paid_from and paid_from.first,
        "paid_to": paid_to and paid_to.last,
    }
    with app.transaction() as tx:
        if client is not None:
            filters["client"] = reference.find_client_id(tx, client)
        if contract is not None:
            filters["contract"] = records.find_row(tx, contracts.LISTING, contract).id
        if sales is not None:
            filters["sales"] = reference.find_user_id(tx, sales)
        reading.listing.run_listing(app, tx, LISTING, options, filters)
