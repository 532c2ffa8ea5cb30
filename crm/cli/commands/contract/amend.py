"""epicevents contract amend."""

from typing import TYPE_CHECKING, Any

import click

from crm.cli import reading, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import prompted_reason_option, version_option, write_options
from crm.cli.types import CONTRACT, TextType
from crm.domain import inputs
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


TOTAL, _DUE = inputs.CONTRACT


@click.command(cls=Command)
@click.argument("contract", type=CONTRACT)
@click.argument("amount", type=TextType("AMOUNT", lambda text, _app, _option: TOTAL.clean(text)))
@prompted_reason_option
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
    """Change the total of a signed contract (MANAGEMENT only, with a reason).

    \b
    Examples:
      epicevents contract amend 12 3500 --reason "fewer guests"
    """
    from crm import services
    from crm.queries.contract import LISTING

    why = writing.edits.ask_for_reason(app, Permission.CONTRACT_AMEND, reason)
    said = writing.edits.Wording(
        _("Contract {id} amended: {client}."),
        _("The total is already that amount; nothing to change."),
        reading.offers.suggest_for_contract,
    )

    def act(tx: "Transaction", contract_id: int) -> "Change":
        return services.contract.amend(tx, contract_id, amount, why, version=version)

    writing.edits.change_records(app, output, LISTING, contract, act, said, dry_run=dry_run)
