"""epicevents contract cancel."""

from typing import TYPE_CHECKING

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.asking.parameters import AskedOption
from crm.cli.groups import Command
from crm.cli.options import prompted_reason_option, version_option, write_options
from crm.cli.types import CONTRACT, MONEY
from crm.domain import inputs
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from decimal import Decimal

    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@click.argument("contract", type=CONTRACT)
@prompted_reason_option
@click.option(
    "--keep",
    type=MONEY,
    metavar="AMOUNT",
    cls=AskedOption,
    help=_("What the company keeps of the money received; the rest is to be refunded."),
)
@version_option
@write_options
@click.pass_obj
def cancel(
    app: App,
    /,
    contract: str,
    reason: str | None,
    keep: "Decimal | None",
    version: int | None,
    output: str,
    dry_run: bool,
) -> None:
    """Cancel a signed contract, so that it owes nothing and listings leave it out.

    MANAGEMENT only, with a reason. What was received beyond --keep is to be refunded. Its coming
    events are cancelled with it.

    \b
    Examples:
      epicevents contract cancel 12 --reason "wedding called off" --keep 0
      epicevents contract cancel 7 --reason "they moved away" --keep 300
    """
    from crm import services
    from crm.queries.contract import LISTING

    questions = [
        asking.questions.input_question(inputs.REASON),
        asking.questions.input_question(inputs.KEPT),
    ]
    given = asking.prompts.ask_for_options(
        app, {"reason": reason, "keep": keep}, questions, permission=Permission.CONTRACT_CANCEL
    )
    said = writing.edits.Wording(
        _("Contract {id} of {client} is cancelled: {kept_amount} kept, {to_refund} to refund."),
        _("Contract {id} has been cancelled since {closed_at}; nothing changed."),
        reading.offers.suggest_for_contract,
    )

    def act(tx: "Transaction", contract_id: int) -> "Change":
        return services.contract_ending.cancel(
            tx, contract_id, given["reason"], given["keep"], version=version
        )

    writing.edits.change_records(app, output, LISTING, contract, act, said, dry_run=dry_run)
