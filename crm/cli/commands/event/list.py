"""epicevents event list."""

from typing import Any

import click

from crm.cli import reading
from crm.cli.app import App
from crm.cli.asking.parameters import ExclusiveOption
from crm.cli.groups import Command
from crm.cli.options import CALENDAR, listing_options_with
from crm.cli.reading import records
from crm.cli.types import CLIENT, CONTRACT, PERIOD, SUPPORT_USER
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext

PERIODS = ("today", "week", "month")


@click.command("list", cls=Command)
@listing_options_with(CALENDAR)
@click.option("--client", type=CLIENT, help=_("Only those of CLIENT (id, email, phone or name)."))
@click.option("--contract", type=CONTRACT, help=_("Only those of CONTRACT (id or words)."))
@click.option("--support", type=SUPPORT_USER, help=_("Only events run by USER."))
@click.option(
    "--no-support",
    is_flag=True,
    default=None,
    cls=ExclusiveOption,
    not_with=("support",),
    help=_("Only events without support."),
)
@click.option(
    "--from", "start_from", type=PERIOD, help=_("Only events that start on or after DATE.")
)
@click.option("--to", "start_to", type=PERIOD, help=_("Only events that start on or before DATE."))
@click.option(
    "--period",
    type=click.Choice(PERIODS),
    cls=ExclusiveOption,
    not_with=("start_from", "start_to"),
    help=_("Only events that start today, this week or this month."),
)
@click.option(
    "--upcoming/--past",
    default=None,
    help=_("Only events that have not ended, or only those that have."),
)
@click.option(
    "--location", metavar="TEXT", help=_("Only events whose location contains these words.")
)
@click.option(
    "--cancelled", is_flag=True, help=_("Only cancelled events, which are left out otherwise.")
)
@click.pass_obj
def list_(
    app: App,
    /,
    client: str | None,
    contract: str | None,
    support: str | None,
    start_from: Any,
    start_to: Any,
    period: str | None,
    upcoming: bool | None,
    cancelled: bool,
    **given: Any,
) -> None:
    """List events by their start (everybody).

    Cancelled events are left out, but for calendars (-o ics), which learn there that they are.

    \b
    Examples:
      epicevents event list --mine --upcoming
      epicevents event list --no-support --period month
      epicevents event list --from 2026-06 --to 2026-08 --location paris -o csv --all
      epicevents event list --mine --all --output-file mine.ics
    """
    from crm.cli.reading.bounds import convert_days, find_period
    from crm.queries import contract as contracts
    from crm.queries import reference
    from crm.queries.event import LISTING

    if period:
        start_from = start_to = find_period(app.today, period)
    options = reading.request.ListingOptions.take_from(given)
    filters = given | convert_days(app, "start", start_from, start_to)
    if upcoming is not None:
        filters["upcoming" if upcoming else "past"] = app.now
    with app.transaction() as tx:
        if client is not None:
            filters["client"] = reference.find_client_id(tx, client)
        if contract is not None:
            filters["contract"] = records.find_row(tx, contracts.LISTING, contract).id
        if support is not None:
            filters["support"] = reference.find_user_id(tx, support)
        if cancelled or options.output != CALENDAR:
            filters["cancelled"] = cancelled
        reading.listing.run_listing(app, tx, LISTING, options, filters)
        if filters.get("cancelled") is False:
            left_out = filters | {"cancelled": True}
            count = reading.listing.count_left_out(tx, LISTING, options, left_out)
            note = ngettext(
                "{count} cancelled event is left out; see --cancelled.",
                "{count} cancelled events are left out; see --cancelled.",
                count,
            )
            reading.listing.note_left_out(app, note, count)
