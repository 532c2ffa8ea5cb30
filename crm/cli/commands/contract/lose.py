"""epicevents contract lose."""

from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.asking.parameters import AskedOption
from crm.cli.groups import Command
from crm.cli.options import input_options, several_records, version_option, write_options
from crm.cli.types import CONTRACT
from crm.domain import inputs
from crm.domain.enums import LossReason
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@several_records("contracts", CONTRACT)
@click.option(
    "--reason",
    type=click.Choice(list(LossReason), case_sensitive=False),
    cls=AskedOption,
    help=_("Why it will not be signed."),
)
@input_options(inputs.LOSS_NOTE)
@version_option
@write_options
@click.pass_obj
def lose(
    app: App,
    /,
    contracts: tuple[str, ...],
    reason: LossReason | None,
    note: str | None,
    version: int | None,
    output: str,
    dry_run: bool,
) -> None:
    """Call drafts lost, so that they owe nothing and listings leave them out.

    SALES: own clients'; MANAGEMENT: any. While money was received for one, refund it first.

    \b
    Examples:
      epicevents contract lose 5 --reason price
      epicevents contract lose 5 --reason other --note "They marry abroad."
    """
    from crm import services
    from crm.queries.contract import LISTING

    asked = asking.questions.input_question(inputs.LOSS_REASON)
    given: dict[str, Any] = asking.prompts.ask_for_options(
        app, {asked.name: reason}, [asked], permission=Permission.CONTRACT_LOSE
    )
    said = writing.edits.Wording(
        _("Contract {id} of {client} is lost ({closed_reason})."),
        _("Contract {id} has been lost since {closed_at}; nothing changed."),
        reading.offers.suggest_for_contract,
    )
    writing.edits.refuse_version_of_several(contracts, version)

    def act(tx: "Transaction", contract_id: int) -> "Change":
        return services.contract_ending.lose(
            tx, contract_id, LossReason(given[asked.name]), note=note, version=version
        )

    writing.edits.change_records(app, output, LISTING, contracts, act, said, dry_run=dry_run)
