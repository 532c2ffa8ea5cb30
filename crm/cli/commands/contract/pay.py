"""epicevents contract pay."""

from datetime import date
from typing import Any

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.asking.parameters import AskedArgument
from crm.cli.groups import Command
from crm.cli.options import input_options, write_options
from crm.cli.types import CONTRACT, PAST_DAY, TextType
from crm.domain import inputs
from crm.domain.errors import RuleViolation
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

AMOUNT, METHOD, REFERENCE, KEY = inputs.PAYMENT


# Beside the contract's own fields, in what these commands print.
ENTRY = Field("payment_id", Kind.ID)


@click.command(cls=Command)
@click.argument("contract", type=CONTRACT)
@click.argument(
    "amount",
    type=TextType("AMOUNT", lambda text, _app, _option: AMOUNT.clean(text)),
    cls=AskedArgument,
)
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
@click.option(
    "--allow-duplicate",
    is_flag=True,
    help=_("Record it even if the contract has an equal payment of that day."),
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
    allow_duplicate: bool,
    output: str,
    dry_run: bool,
    **given: Any,
) -> None:
    """Record a payment, even on a draft (SALES: own clients; MANAGEMENT: any).

    Without AMOUNT it asks for the amount, and proposes what is due, and for the method, which may
    stay empty. An equal payment of the same day is asked about. A payment with the same --key is
    recorded only once. If the connection breaks, the command retries by itself.

    \b
    Examples:
      epicevents contract pay 12 400
      epicevents contract pay 12 "1 250,50" --date yesterday --method transfer --key INV-2026-014
    """
    from crm import services
    from crm.cli.writing import resending
    from crm.queries.contract import LISTING

    amount = asking.nouns.ask_for_amount(app, contract, amount)
    given["method"] = asking.nouns.ask_for_method(app, given["method"])
    key = (request_key or "").strip()
    sent = key or resending.make_request_key()
    day = paid_on or app.today
    values = {"amount": amount, "paid_on": day, "request_key": sent, **given}

    def record(*, allow: bool) -> tuple[writing.edits.EditOutcome, bool]:
        return resending.resend_until_known(
            app,
            sent,
            lambda: writing.edits.run_on_record(
                app,
                LISTING,
                contract,
                lambda tx, contract_id: services.payment.pay(
                    tx, contract_id, allow_duplicate=allow, **values
                ),
                dry_run=dry_run,
            ),
        )

    try:
        # Whoever gives a key of their own has said which payment it is.
        edited, again = record(allow=allow_duplicate or bool(key))
    except RuleViolation as error:
        if error.code != "duplicate_payment" or not asking.prompts.may_ask(app):
            raise
        asking.prompts.confirm(app, _("{what} Record another?").format(what=error), yes=False)
        edited, again = record(allow=True)
    same = _("Payment {payment_id} of {amount} was already recorded; nothing changed.")
    if again:
        same = _("Payment {payment_id} recorded on contract {id}: {amount}; the reply was lost.")
    writing.edits.report_edit(
        app,
        output,
        edited.with_field(ENTRY, edited.change.record.id),
        writing.edits.Wording(
            _choose_receipt(edited.record["amount_due"], today=day == app.today),
            same,
            reading.offers.suggest_for_contract,
        ),
        also=writing.edits.format_fields(
            app, [Field("amount", Kind.MONEY), Field("paid_on", Kind.DATE)], [amount, day]
        ),
        dry_run=dry_run,
    )


def _choose_receipt(still_due: Any, *, today: bool) -> str:
    """Return the sentence that says what was paid, by whom, and what of the total is still due."""
    if still_due and today:
        return _(
            "Payment {payment_id} recorded on contract {id}: {amount} from {client}; "
            "{amount_due} of {total_amount} is still due."
        )
    if still_due:
        return _(
            "Payment {payment_id} of {paid_on} recorded on contract {id}: {amount} from {client}, "
            "{amount_due} of {total_amount} is still due."
        )
    if today:
        return _(
            "Payment {payment_id} recorded on contract {id}: {amount} from {client}; "
            "nothing of {total_amount} is due any more."
        )
    return _(
        "Payment {payment_id} of {paid_on} recorded on contract {id}: {amount} from {client}, "
        "nothing of {total_amount} is due any more."
    )
