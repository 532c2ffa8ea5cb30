"""epicevents user list."""

from typing import Any

import click

from crm.cli import reading
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import listing_options
from crm.domain.enums import Role
from crm.domain.i18n import gettext as _


@click.command("list", cls=Command)
@listing_options
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role], case_sensitive=False),
    help=_("Only colleagues with this role."),
)
@click.option(
    "--active/--inactive", default=None, help=_("Only active accounts, or only deactivated ones.")
)
@click.pass_obj
def list_(app: App, /, **given: Any) -> None:
    """List colleagues, newest first (everybody).

    \b
    Examples:
      epicevents user list --role support --active
      epicevents user list -S lefe -o ids
    """
    from crm.queries.user import LISTING

    options = reading.request.ListingOptions.take_from(given)
    with app.transaction() as tx:
        reading.listing.run_listing(app, tx, LISTING, options, given)
