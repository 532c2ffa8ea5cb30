"""epicevents contract sign, unsign, amend."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from crm.cli import reading, writing
from crm.cli.app import App
from crm.cli.groups import SETTINGS, Command
from crm.cli.options import (
    CONTRACT,
    DAY,
    asked_reason_option,
    several,
    version_option,
    write_options,
)
from crm.cli.types import Typed
from crm.domain import inputs
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.editing import Change

TOTAL, _DUE = inputs.CONTRACT


@click.command("sign", cls=Command, context_settings=SETTINGS)
@several("contracts", CONTRACT)
@click.option("--date", "signed_on", type=DAY, help=_("When it was signed; now unless given."))
@click.option(
    "--due-date",
    type=DAY,
    help=_("When it is to be paid; thirty days after it is signed unless given."),
)
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
    """Sign contracts. SALES may sign their own clients', MANAGEMENT any.

    \b
    Examples:
      epicevents contract sign 12
      epicevents contract sign 12 15 16
      epicevents contract sign 5 --date 2026-05-03 --due-date +45d
    """
    from crm import services
    from crm.queries.contract import LISTING

    said = writing.edits.Said(
        _("Contract {id} signed: {client}."),
        _("Contract {id} is signed since {signed_at}; nothing changes."),
        reading.offers.after_contract,
    )

    writing.edits.refuse_version_of_several(contracts, version)

    def act(tx: "Transaction", contract_id: int) -> "Change":
        return services.contract.sign(
            tx,
            contract_id,
            signed_at=_beginning(app, signed_on),
            due_date=due_date,
            version=version,
        )

    writing.edits.change(app, output, LISTING, contracts, act, said, dry_run=dry_run)


def _beginning(app: App, day: date | None) -> datetime | None:
    """Return when a day began, naive UTC; today means this very moment."""
    from crm.domain.dates import Period
    from crm.domain.times import day_bounds

    if day is None or day == app.today:
        return None
    return day_bounds(Period(day, day), app.settings.timezone)[0]


@click.command("unsign", cls=Command, context_settings=SETTINGS)
@click.argument("contract", type=CONTRACT)
@asked_reason_option
@version_option
@write_options
@click.pass_obj
def unsign(
    app: App,
    /,
    contract: str,
    reason: str | None,
    version: int | None,
    output: str,
    dry_run: bool,
) -> None:
    """Take a signature back, while nothing is paid or planned. MANAGEMENT may, with a reason.

    \b
    Examples:
      epicevents contract unsign 5 --reason "signed by mistake"
    """
    from crm import services
    from crm.queries.contract import LISTING

    why = writing.edits.reason_for(app, Permission.CONTRACT_UNSIGN, reason)
    said = writing.edits.Said(
        _("Contract {id} unsigned: {client}."),
        _("Contract {id} is not signed."),
        reading.offers.after_contract,
    )

    def act(tx: "Transaction", contract_id: int) -> "Change":
        return services.contract.unsign(tx, contract_id, why, version=version)

    writing.edits.change(app, output, LISTING, contract, act, said, dry_run=dry_run)


@click.command("amend", cls=Command, context_settings=SETTINGS)
@click.argument("contract", type=CONTRACT)
@click.argument("amount", type=Typed("AMOUNT", lambda text, _app, _option: TOTAL.clean(text)))
@asked_reason_option
@version_option
@write_options
@click.pass_obj
def amend(
    app: App,
    /,
    contract: str,
    amount: Any,
    reason: str | None,
    version: int | None,
    output: str,
    dry_run: bool,
) -> None:
    """Change the total of a signed contract. MANAGEMENT may, with a reason.

    \b
    Examples:
      epicevents contract amend 12 3500 --reason "fewer guests"
    """
    from crm import services
    from crm.queries.contract import LISTING

    why = writing.edits.reason_for(app, Permission.CONTRACT_AMEND, reason)
    said = writing.edits.Said(
        _("Contract {id} amended: {client}."),
        _("That is its total already."),
        reading.offers.after_contract,
    )

    def act(tx: "Transaction", contract_id: int) -> "Change":
        return services.contract.amend(tx, contract_id, amount, why, version=version)

    writing.edits.change(app, output, LISTING, contract, act, said, dry_run=dry_run)
