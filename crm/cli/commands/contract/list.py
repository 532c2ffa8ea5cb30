"""epicevents contract list."""

from typing import Any

import click

from crm.cli import reading
from crm.cli.app import App
from crm.cli.asking.parameters import ExclusiveOption
from crm.cli.groups import Command
from crm.cli.options import listing_options
from crm.cli.types import CLIENT, MONEY, PAST_PERIOD, PERIOD, SALES_USER
from crm.domain.enums import ContractStatus
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext


@click.command("list", cls=Command)
@listing_options
@click.option("--client", type=CLIENT, help=_("Only those of CLIENT (id, email, phone or name)."))
@click.option("--sales", type=SALES_USER, help=_("Sold by USER."))
@click.option("--signed/--unsigned", default=None, help=_("Only signed contracts, or only drafts."))
@click.option(
    "--paid/--unpaid",
    default=None,
    help=_("Only contracts with nothing due, or only those with something due."),
)
@click.option(
    "--status",
    type=click.Choice(list(ContractStatus), case_sensitive=False),
    cls=ExclusiveOption,
    not_with=("lost", "cancelled", "signed"),
    help=_("Only contracts of that status."),
)
@click.option(
    "--lost",
    is_flag=True,
    cls=ExclusiveOption,
    not_with=("cancelled",),
    help=_("Only lost contracts, which are left out otherwise."),
)
@click.option(
    "--cancelled", is_flag=True, help=_("Only cancelled contracts, which are left out otherwise.")
)
@click.option(
    "--overdue", is_flag=True, help=_("Only signed contracts whose due date has passed unpaid.")
)
@click.option("--due-from", type=PERIOD, help=_("Due on or after DATE."))
@click.option("--due-to", type=PERIOD, help=_("Due on or before DATE."))
@click.option("--total-min", type=MONEY, metavar="AMOUNT", help=_("Total at least AMOUNT."))
@click.option("--total-max", type=MONEY, metavar="AMOUNT", help=_("Total at most AMOUNT."))
@click.option("--created-from", type=PAST_PERIOD, help=_("Only those created on or after DATE."))
@click.option("--created-to", type=PAST_PERIOD, help=_("Only those created on or before DATE."))
@click.pass_obj
def list_(
    app: App,
    /,
    client: str | None,
    sales: str | None,
    overdue: bool,
    status: ContractStatus | None,
    lost: bool,
    cancelled: bool,
    due_from: Any,
    due_to: Any,
    created_from: Any,
    created_to: Any,
    **given: Any,
) -> None:
    """List contracts, newest first (everybody).

    \b
    Examples:
      epicevents contract list --mine --unsigned
      epicevents contract list --overdue --sort due_date
      epicevents contract list --unpaid --due-to +7d
      epicevents contract list --client kevin.besnard@terremer.example -o json
    """
    from crm.cli.reading.bounds import convert_days
    from crm.queries import reference
    from crm.queries.contract import LISTING

    options = reading.request.ListingOptions.take_from(given)
    with app.transaction() as tx:
        filters = given | convert_days(app, "created", created_from, created_to)
        filters |= _choose_status(status, lost=lost, cancelled=cancelled)
        filters["client"] = None if client is None else reference.find_client_id(tx, client)
        filters["overdue"] = app.today if overdue else None
        filters["due_from"] = due_from and due_from.first
        filters["due_to"] = due_to and due_to.last
        filters["sales"] = None if sales is None else reference.find_user_id(tx, sales)
        reading.listing.run_listing(app, tx, LISTING, options, filters)
        if filters["open"]:
            left_out = filters | {"open": False}
            count = reading.listing.count_left_out(tx, LISTING, options, left_out)
            note = ngettext(
                "{count} lost or cancelled contract is left out; see --lost and --cancelled.",
                "{count} lost or cancelled contracts are left out; see --lost and --cancelled.",
                count,
            )
            reading.listing.note_left_out(app, note, count)


def _choose_status(
    status: ContractStatus | None, *, lost: bool, cancelled: bool
) -> dict[str, bool | str | None]:
    """Return the filters for a status; without one those that are closed are left out."""
    if lost or status == ContractStatus.LOST:
        return {"lost": True, "open": None}
    if cancelled or status == ContractStatus.CANCELLED:
        return {"cancelled": True, "open": None}
    return {"lost": None, "cancelled": None, "open": True, "status": status}
