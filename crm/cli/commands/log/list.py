"""epicevents log list."""

from typing import Any

import click

from crm.cli import reading
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import listing_options
from crm.cli.reading import records
from crm.cli.types import CLIENT, CONTRACT, EVENT, PAST_PERIOD, USER
from crm.domain.enums import LogKind
from crm.domain.i18n import gettext as _


@click.command("list", cls=Command)
@listing_options
@click.option("--client", type=CLIENT, help=_("Only those of CLIENT (id, email or name)."))
@click.option("--contract", type=CONTRACT, metavar="ID", help=_("Only those on contract ID."))
@click.option("--event", type=EVENT, metavar="ID", help=_("Only those on event ID."))
@click.option("--by", type=USER, help=_("Only those that USER wrote."))
@click.option(
    "--kind",
    type=click.Choice(list(LogKind), case_sensitive=False),
    help=_("Only entries of that kind."),
)
@click.option("--from", "said_from", type=PAST_PERIOD, help=_("Only those of DATE or a later day."))
@click.option("--to", "said_to", type=PAST_PERIOD, help=_("Only those of DATE or an earlier day."))
@click.pass_obj
def list_(
    app: App,
    /,
    client: str | None,
    contract: str | None,
    event: str | None,
    by: str | None,
    said_from: Any,
    said_to: Any,
    **given: Any,
) -> None:
    """List what was said to clients, latest first (everybody).

    \b
    Examples:
      epicevents log list --mine --from monday
      epicevents log list -S invoice --kind call
      epicevents log list --client 12 -o csv --all
    """
    from crm.queries import contract as contracts
    from crm.queries import event as events
    from crm.queries import reference
    from crm.queries.log import LISTING

    options = reading.request.ListingOptions.take_from(given)
    filters = given | {
        "said_from": said_from and said_from.first,
        "said_to": said_to and said_to.last,
    }
    with app.transaction() as tx:
        if client is not None:
            filters["client"] = reference.find_client_id(tx, client)
        if contract is not None:
            filters["contract"] = records.find_row(tx, contracts.LISTING, contract).id
        if event is not None:
            filters["event"] = records.find_row(tx, events.LISTING, event).id
        if by is not None:
            filters["by"] = reference.find_user_id(tx, by)
        reading.listing.run_listing(app, tx, LISTING, options, filters)
