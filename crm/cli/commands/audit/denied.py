"""epicevents audit denied."""

from typing import Any

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import from_option, to_option
from crm.cli.options import listing_options
from crm.cli.reading import records
from crm.cli.reading.bounds import convert_days
from crm.cli.reading.listing import run_listing
from crm.cli.reading.request import ListingOptions, Presentation
from crm.cli.types import USER
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@listing_options
@click.option("--logins", is_flag=True, help=_("List failed logins instead."))
@click.option(
    "--user", type=USER, help=_("Only what was denied to USER; with --logins, any email.")
)
@from_option
@to_option
@click.pass_obj
def denied(
    app: App, /, logins: bool, user: str | None, first: Any, last: Any, **given: Any
) -> None:
    """List what the program denied, or failed logins, newest first (MANAGEMENT only).

    Denials of raw SQL are only in the server's log.

    \b
    Examples:
      epicevents audit denied --from -7d
      epicevents audit denied --logins --user sales3@epicevents.example
    """
    from crm.cli.reading import changes
    from crm.queries import audit as query
    from crm.queries import reference
    from crm.queries.user import LISTING
    from crm.services import audit as service

    options = ListingOptions.take_from(given)
    listing = query.FAILED_LOGINS if logins else query.DENIED
    looks = (
        Presentation(empty=_("No failed logins yet."))
        if logins
        else changes.denied_presentation(app)
    )
    with app.transaction() as tx:
        service.authorize_denied(tx)
        filters = convert_days(app, "at", first, last)
        if user and logins:
            # Whoever guesses may do so in the name of somebody who is not here.
            filters["email"] = user.strip().lower()
            if "@" not in user:
                found = records.map_fields(LISTING.fields, records.find_row(tx, LISTING, user))
                filters["email"] = found["email"]
        elif user:
            filters["user"] = reference.find_user_id(tx, user)
        run_listing(app, tx, listing, options, filters, looks)
