"""epicevents audit list."""

from typing import Any

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import from_option, to_option
from crm.cli.options import listing_options
from crm.cli.reading.bounds import convert_days
from crm.cli.reading.listing import run_listing
from crm.cli.reading.request import ListingOptions
from crm.cli.types import TRANSACTION, USER
from crm.domain.i18n import gettext as _

KINDS = ("user", "client", "contract", "event", "payment")


ACTIONS = ("INSERT", "UPDATE", "DELETE")


@click.command("list", cls=Command)
@listing_options
@click.option("--user", type=USER, help=_("Only changes made by USER."))
@click.option(
    "--transaction", type=TRANSACTION, help=_("Only changes made by the command with this number.")
)
@click.option(
    "--kind",
    type=click.Choice(KINDS, case_sensitive=False),
    help=_("Only changes to records of this kind."),
)
@from_option
@to_option
@click.option(
    "--action",
    type=click.Choice(ACTIONS, case_sensitive=False),
    help=_("Only creations, updates or deletions."),
)
@click.option(
    "--command", metavar="TEXT", help=_("Only changes made by commands with these words.")
)
@click.pass_obj
def list_(
    app: App,
    /,
    user: str | None,
    transaction: str | None,
    kind: str | None,
    first: Any,
    last: Any,
    **given: Any,
) -> None:
    """List what was changed, one record per line, newest first (everybody).

    No. is the number of the command that made the change; use it with undo and --transaction.

    \b
    Examples:
      epicevents audit list --user sales3@epicevents.example --from today
      epicevents audit list --kind contract --action delete
      epicevents audit list --command "contract amend" -o jsonl --all
      epicevents audit list --transaction 1
    """
    from crm.cli.reading.changes import audit_presentation
    from crm.queries import audit as query
    from crm.queries import reference
    from crm.services import audit as service

    options = ListingOptions.take_from(given)
    with app.transaction() as tx:
        service.authorize_entries(tx)
        filters = given | convert_days(app, "at", first, last)
        filters["user"] = reference.find_user_id(tx, user) if user else None
        filters["table"] = query.TABLES[kind] if kind else None
        if transaction:
            filters["transaction"] = reference.parse_record_id(
                transaction, "audit", query.LARGEST_ID
            )
        run_listing(app, tx, query.ENTRIES, options, filters, audit_presentation(app, tx))
