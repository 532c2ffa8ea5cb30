"""epicevents contract reopen."""

from typing import TYPE_CHECKING

import click

from crm.cli import reading, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import several_records, version_option, write_options
from crm.cli.types import CONTRACT
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@several_records("contracts", CONTRACT)
@version_option
@write_options
@click.pass_obj
def reopen(
    app: App,
    /,
    contracts: tuple[str, ...],
    version: int | None,
    output: str,
    dry_run: bool,
) -> None:
    """Make drafts of lost contracts again (SALES: own clients'; MANAGEMENT: any).

    A cancellation is undone instead: epicevents undo.

    \b
    Examples:
      epicevents contract reopen 5
    """
    from crm import services
    from crm.queries.contract import LISTING

    said = writing.edits.Wording(
        _("Contract {id} of {client} is a draft again."),
        _("Contract {id} is not lost; nothing changed."),
        reading.offers.suggest_for_contract,
    )
    writing.edits.refuse_version_of_several(contracts, version)

    def act(tx: "Transaction", contract_id: int) -> "Change":
        return services.contract_ending.reopen(tx, contract_id, version=version)

    writing.edits.change_records(app, output, LISTING, contracts, act, said, dry_run=dry_run)
