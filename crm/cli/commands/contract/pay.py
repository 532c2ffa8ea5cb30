"""epicevents contract pay."""

from datetime import date
from typing import Any

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import input_options, write_options
from crm.cli.types import CONTRACT, PAST_DAY, TextType
from crm.domain import inputs
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

AMOUNT, METHOD, REFERENCE, KEY = inputs.PAYMENT


# Beside the contract's own fields, in what these commands print.
ENTRY = Field("payment_id", Kind.ID)


@click.command(cls=Command)
@click.argument("contract", type=CONTRACT)
@click.argument("amount", type=TextType("AMOUNT", lambda text, _app, _option: AMOUNT.clean(text)))
@click.option(
    "--date", "paid_on", type=PAST_DAY, help=_("The day of the payment; today by default.")
)
@input_options(METHOD, REFERENCE)
@click.option(
    "--key",
    "request_key",
    metavar="KEY",
    help=_("A key of your own: a payment sent again with it is recorded only once."),
)
@write_options
@click.pass_obj
def pay(
    app: App,
    /,
    contract: str,
    amount: Any,
    paid_on: date | None,
    request_key: str | None,
    output: str,
    dry_run: bool,
    **given: Any,
) -> None:
    """Record a payment, even on a draft (SALES: own clients; MANAGEMENT: any).

    Without AMOUNT, in a terminal, it asks for the amount and the method; the method may stay empty.
    A payment with the same --key is recorded only once. If the connection breaks, the command
    retries by itself.

    \b
    Examples:
      epicevents contract pay 12 400
      epicevents contract pay 12 "1 250,50" --date yesterday --method transfer --key INV-2026-014
    """
    from crm import services
    from crm.cli.writing import resending
    from crm.queries.contract import LISTING

    given["method"] = asking.nouns.ask_for_method(app, given["method"])
    key = (request_key or "").strip() or resending.make_request_key()
    values = {"amount": amount, "paid_on": paid_on or app.today, "request_key": key, **given}
    edited, again = resending.resend_until_known(
        app,
        key,
        lambda: writing.edits.run_on_record(
            app,
            LISTING,
            contract,
            lambda tx, contract_id: services.payment.pay(tx, contract_id, **values),
            dry_run=dry_run,
        ),
    )
    same = _("Payment {payment_id} of {amount} was already recorded; nothing changed.")
    if again:
        same = _("Payment {payment_id} recorded on contract {id}: {amount}; the reply was lost.")
    writing.edits.report_edit(
        app,
        output,
        edited.with_field(ENTRY, edited.change.record.id),
        writing.edits.Wording(
            _("Payment {payment_id} recorded on contract {id}: {amount}."),
            same,
            reading.offers.suggest_for_contract,
        ),
        also=writing.edits.format_fields(app, [Field("amount", Kind.MONEY)], [amount]),
        dry_run=dry_run,
    )
