"""epicevents contract unsign."""

from typing import TYPE_CHECKING

import click

from crm.cli import reading, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import prompted_reason_option, version_option, write_options
from crm.cli.types import CONTRACT
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@click.argument("contract", type=CONTRACT)
@prompted_reason_option
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
    """Unsign a contract without payments and events (MANAGEMENT only, with a reason).

    \b
    Examples:
      epicevents contract unsign 5 --reason "signed by mistake"
    """
    from crm import services
    from crm.queries.contract import LISTING

    why = writing.edits.ask_for_reason(app, Permission.CONTRACT_UNSIGN, reason)
    said = writing.edits.Wording(
        _("Contract {id} unsigned: {client}."),
        _("Contract {id} is not signed."),
        reading.offers.suggest_for_contract,
    )

    def act(tx: "Transaction", contract_id: int) -> "Change":
        return services.contract.unsign(tx, contract_id, why, version=version)

    writing.edits.change_records(app, output, LISTING, contract, act, said, dry_run=dry_run)
