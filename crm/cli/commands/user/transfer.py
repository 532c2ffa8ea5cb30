"""epicevents user transfer."""

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import override_option
from crm.cli.options import write_options, yes_option
from crm.cli.types import USER
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@click.argument("giver", metavar="FROM", type=USER)
@click.argument("taker", metavar="TO", type=USER)
@click.option(
    "--include-settled", is_flag=True, help=_("Include settled contracts and past events.")
)
@override_option
@yes_option
@write_options
@click.pass_obj
def transfer(
    app: App,
    /,
    giver: str,
    taker: str,
    include_settled: bool,
    override: str | None,
    yes: bool,
    output: str,
    dry_run: bool,
) -> None:
    """Transfer somebody's records to a colleague of the same role (MANAGEMENT only).

    From SALES it transfers every client and the unsettled contracts, from SUPPORT the events that
    have not ended. Settled contracts keep their seller, past events the person who ran them.

    \b
    Examples:
      epicevents user transfer sales3@epicevents.example sales2@epicevents.example
      epicevents user transfer 3 4 --include-settled --yes
    """
    from crm.queries import reference

    # Tried first, so that what is asked about is what would happen.
    with app.transaction(dry_run=True) as tx:
        giver_id, taker_id = (
            reference.find_user_id(tx, giver),
            str(reference.find_user_id(tx, taker)),
        )
        moved = writing.handover.hand_over(
            tx, giver_id, taker_id, include_settled=include_settled, override=override
        )
    if not moved:
        said = _("{name} has nothing to transfer.").format(name=moved.giver.full_name)
        writing.outcome.report_unchanged(
            app, output, said, writing.handover.FIELDS, writing.handover.build_handover_row(moved)
        )
        return
    if not dry_run:
        asking.prompts.confirm(
            app,
            _("{what} Continue?").format(what=writing.handover.describe_handover(moved)),
            yes=yes,
        )
        with app.transaction() as tx:
            moved = writing.handover.hand_over(
                tx, giver_id, taker_id, include_settled=include_settled, override=override
            )
    writing.handover.report_handover(app, output, moved, dry_run=dry_run)
