"""epicevents task list."""

from typing import Any

import click

from crm.cli import reading
from crm.cli.app import App
from crm.cli.asking.parameters import ExclusiveOption
from crm.cli.groups import Command
from crm.cli.noun_options import subject_options
from crm.cli.options import listing_options
from crm.cli.reading import subjects
from crm.cli.types import PERIOD, USER
from crm.domain.i18n import gettext as _


@click.command("list", cls=Command)
@listing_options
@click.option("--everybody", is_flag=True, default=None, help=_("The tasks of all colleagues."))
@click.option(
    "--for",
    "assignee",
    type=USER,
    cls=ExclusiveOption,
    not_with=("everybody",),
    help=_("Only those of USER."),
)
@click.option("--overdue", is_flag=True, default=None, help=_("Only those that are late."))
@click.option("--due-to", type=PERIOD, help=_("Only those due on DATE or an earlier day."))
@click.option(
    "--done",
    is_flag=True,
    default=None,
    cls=ExclusiveOption,
    not_with=("overdue",),
    help=_("Those that are done, in place of those that are not."),
)
@subject_options
@click.pass_obj
def list_(
    app: App,
    /,
    everybody: bool | None,
    assignee: str | None,
    overdue: bool | None,
    due_to: Any,
    done: bool | None,
    client: str | None,
    contract: str | None,
    event: str | None,
    **given: Any,
) -> None:
    """List what is to be done, the earliest day first (everybody).

    Without --for and --everybody it lists your own tasks; with --client, --contract or --event
    those of all colleagues.

    \b
    Examples:
      epicevents task list
      epicevents task list --everybody --overdue
      epicevents task list --client 12 --done
    """
    from crm.queries.task import LISTING, MINE

    options = reading.request.ListingOptions.take_from(given)
    filters: dict[str, Any] = {
        "open": not done,
        "overdue": app.today if overdue else None,
        "due_to": due_to and due_to.last,
    }
    mine = not (everybody or assignee or client or contract or event)
    with app.transaction() as tx:
        about = subjects.find_subject_ids(
            tx, assignee=assignee, client=client, contract=contract, event=event
        )
        filters |= {name.removesuffix("_id"): number for name, number in about.items()}
        if mine:
            filters["assignee"] = tx.actor.id
        reading.listing.run_listing(app, tx, MINE if mine else LISTING, options, filters)
