"""epicevents contract update."""

from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import due_date_option, signed_option
from crm.cli.options import input_options, reason_option, version_option, write_options
from crm.cli.types import CLIENT, CONTRACT, OPTIONAL_DAY
from crm.domain import inputs
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.cli.writing.updating import Values
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@click.argument("contract", type=CONTRACT)
@click.option("--client", type=CLIENT, help=_("The client: id, email, phone or name."))
@input_options(*inputs.CONTRACT)
@signed_option
@due_date_option(OPTIONAL_DAY)
@reason_option
@version_option
@write_options
@click.pass_obj
def update(
    app: App,
    /,
    contract: str,
    client: str | None,
    reason: str | None,
    version: int | None,
    output: str,
    dry_run: bool,
    **given: Any,
) -> None:
    """Change a contract (SALES: own clients'; MANAGEMENT: any).

    The client and total of a signed contract cannot change, but its due date can. Only MANAGEMENT
    may unsign or set the amount due by hand, with a reason. Without options, in a terminal, it asks
    for each field that may change; Enter keeps the current value.

    \b
    Examples:
      epicevents contract update 5 --total-amount 4500
      epicevents contract update 5 --due-date +45d
      epicevents contract update 5 --amount-due 1000 --reason "agreed discount"
    """
    from crm import services
    from crm.queries import reference
    from crm.queries.contract import LISTING

    def act(tx: "Transaction", number: int, values: "Values", seen: "Values | None") -> "Change":
        new = dict(values)
        if "client" in new:
            new["client_id"] = reference.find_client_id(tx, new.pop("client"))
        return services.contract.update(tx, number, new, reason=reason, version=version, seen=seen)

    subject = writing.updating.Update(
        LISTING, contract, act, lambda seen: asking.nouns.contract_change_questions(app, seen)
    )
    given = {"client": client, **given}
    edited = writing.updating.run_update(app, subject, given, dry_run=dry_run)
    said = writing.edits.Wording(
        _("Contract {id} updated: {client}."),
        _("Nothing to change."),
        reading.offers.suggest_for_contract,
    )
    writing.edits.report_edit(app, output, edited, said, dry_run=dry_run)
