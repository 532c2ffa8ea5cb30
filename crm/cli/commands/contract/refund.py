"""epicevents contract refund."""

from datetime import date
from typing import Any

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import input_options, prompted_reason_option, write_options
from crm.cli.types import CONTRACT, PAST_DAY, TextType
from crm.domain import inputs
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

AMOUNT, METHOD, REFERENCE, KEY = inputs.REFUND
# Beside the contract's own fields, in what these commands print.
ENTRY = Field("payment_id", Kind.ID)


@click.command(cls=Command)
@click.argument("contract", type=CONTRACT)
@click.argument("amount", type=TextType("AMOUNT", lambda text, _app, _option: AMOUNT.clean(text)))
@prompted_reason_option
@click.option(
    "--lower-total/--keep-total",
    default=None,
    help=_("Lower the total by as much (goodwill), or leave the amount due again."),
)
@click.option(
    "--date", "paid_on", type=PAST_DAY, help=_("The day of the refund; today by default.")
)
@input_options(METHOD, REFERENCE)
@click.option(
    "--key",
    "request_key",
    metavar="KEY",
    help=_("A key of your own: a refund sent again with it is recorded only once."),
)
@write_options
@click.pass_obj
def refund(
    app: App,
    /,
    contract: str,
    amount: Any,
    reason: str | None,
    lower_total: bool | None,
    paid_on: date | None,
    request_key: str | None,
    output: str,
    dry_run: bool,
    **given: Any,
) -> None:
    """Record money that went back to the client (MANAGEMENT only, with a reason).

    On a contract that takes place it asks whether the total goes down with it.

    \b
    Examples:
      epicevents contract refund 3 200 --reason "the band came late" --lower-total
      epicevents contract refund 3 200 --reason "paid twice" --keep-total --method transfer
    """
    from crm import services
    from crm.cli.writing import resending
    from crm.queries.contract import LISTING

    why = writing.edits.ask_for_reason(app, Permission.CONTRACT_REFUND, reason)
    lowers = asking.nouns.ask_what_becomes_of_total(app, contract, lower_total)
    key = (request_key or "").strip() or resending.make_request_key()
    values = {"amount": amount, "paid_on": paid_on or app.today, "request_key": key, **given}
    edited, again = resending.resend_until_known(
        app,
        key,
        lambda: writing.edits.run_on_record(
            app,
            LISTING,
            contract,
            lambda tx, contract_id: services.payment.refund(
                tx, contract_id, why, lower_total=lowers, **values
            ),
            dry_run=dry_run,
        ),
    )
    same = _("Refund {payment_id} of {amount} was already recorded; nothing changed.")
    if again:
        same = _("Refund {payment_id} recorded on contract {id}: {amount}; the reply was lost.")
    writing.edits.report_edit(
        app,
        output,
        edited.with_field(ENTRY, edited.change.record.id),
        writing.edits.Wording(
            _("Refund {payment_id} recorded on contract {id}: {amount} to {client}."),
            same,
            reading.offers.suggest_for_contract,
        ),
        also=writing.edits.format_fields(app, [Field("amount", Kind.MONEY)], [amount]),
        dry_run=dry_run,
    )
