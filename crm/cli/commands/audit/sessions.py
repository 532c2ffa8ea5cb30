"""epicevents audit sessions."""

from typing import Any

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import listing_options
from crm.cli.reading.listing import run_listing
from crm.cli.reading.request import ListingOptions
from crm.cli.types import USER
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@listing_options
@click.option("--user", type=USER, help=_("Only sessions of USER."))
@click.pass_obj
def sessions(app: App, /, user: str | None, **given: Any) -> None:
    """List open sessions (everybody: their own; MANAGEMENT: all).

    \b
    Examples:
      epicevents audit sessions
      epicevents audit sessions --user sales3@epicevents.example -o ids
    """
    from crm.queries import audit as query
    from crm.queries import reference
    from crm.services import audit as service

    options = ListingOptions.take_from(given)
    with app.transaction() as tx:
        user_id = reference.find_user_id(tx, user) if user else None
        service.authorize_sessions(tx, user_id)
        run_listing(app, tx, query.SESSIONS, options, {"user": user_id})
