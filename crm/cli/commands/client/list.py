"""epicevents client list."""

from typing import Any

import click

from crm.cli import reading
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import listing_options
from crm.cli.types import PAST_PERIOD, SALES_USER, SINCE
from crm.domain.i18n import gettext as _


@click.command("list", cls=Command)
@listing_options
@click.option("--sales", type=SALES_USER, help=_("Only clients of the sales contact USER."))
@click.option(
    "--company", metavar="TEXT", help=_("Only clients whose company contains these words.")
)
@click.option("--created-from", type=PAST_PERIOD, help=_("Only those created on or after DATE."))
@click.option("--created-to", type=PAST_PERIOD, help=_("Only those created on or before DATE."))
@click.option(
    "--without-contract", is_flag=True, default=None, help=_("Only clients without a contract.")
)
@click.option(
    "--incomplete",
    is_flag=True,
    default=None,
    help=_("Only clients without a company, a phone or an email."),
)
@click.option(
    "--quiet-since",
    type=SINCE,
    help=_("Only clients to whom nothing was said since DATE (or so long: 45d)."),
)
@click.pass_obj
def list_(app: App, /, created_from: Any, created_to: Any, sales: str | None, **given: Any) -> None:
    """List clients, newest first (everybody).

    \b
    Examples:
      epicevents client list --mine
      epicevents client list --mine --quiet-since 45d
      epicevents client list -S lefe --without-contract
      epicevents client list --incomplete
      epicevents client list --created-from 2026-01 -o csv --all
    """
    from crm.cli.reading.bounds import convert_days
    from crm.queries.client import LISTING

    options = reading.request.ListingOptions.take_from(given)
    with app.transaction() as tx:
        filters = given | convert_days(app, "created", created_from, created_to)
        if sales:
            from crm.queries import reference

            filters["sales"] = reference.find_user_id(tx, sales)
        reading.listing.run_listing(app, tx, LISTING, options, filters)
