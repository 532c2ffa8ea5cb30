"""epicevents contract sign."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from crm.cli import reading, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import due_date_option
from crm.cli.options import several_records, version_option, write_options
from crm.cli.types import CONTRACT, DAY, PAST_DAY
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@several_records("contracts", CONTRACT)
@click.option(
    "--date", "signed_on", type=PAST_DAY, help=_("When the contract was signed; now by default.")
)
@due_date_option(DAY)
@version_option
@write_options
@click.pass_obj
def sign(
    app: App,
    /,
    contracts: tuple[str, ...],
    signed_on: date | None,
    due_date: date | None,
    version: int | None,
    output: str,
    dry_run: bool,
) -> None:
    """Sign contracts (SALES: own clients'; MANAGEMENT: any).

    \b
    Examples:
      epicevents contract sign 12
      epicevents contract sign 12 15 16
      epicevents contract sign 5 --date 2026-05-03 --due-date +45d
    """
    from crm import services
    from crm.queries.contract import LISTING

    said = writing.edits.Wording(
        _("Contract {id} signed: {client}."),
        _("Contract {id} was already signed on {signed_at}; nothing changed."),
        reading.offers.suggest_for_contract,
    )

    writing.edits.refuse_version_of_several(contracts, version)

    def act(tx: "Transaction", contract_id: int) -> "Change":
        return services.contract.sign(
            tx,
            contract_id,
            signed_at=_begin_day(app, signed_on),
            due_date=due_date,
            version=version,
        )

    writing.edits.change_records(app, output, LISTING, contracts, act, said, dry_run=dry_run)


def _begin_day(app: App, day: date | None) -> datetime | None:
    """Return when a day began, naive UTC; today means this very moment."""
    from crm.domain.periods import Period
    from crm.domain.times import day_bounds

    if day is None or day == app.today:
        return None
    return day_bounds(Period(day, day), app.settings.timezone)[0]
