"""epicevents contract pay, payments, reverse-payment."""

from datetime import date
from typing import Any

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.groups import SETTINGS, Command
from crm.cli.options import (
    CONTRACT,
    DAY,
    PAYMENT,
    asked_reason_option,
    input_options,
    listing_options,
    write_options,
    yes_option,
)
from crm.cli.reading import records
from crm.cli.types import Typed
from crm.domain import inputs
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

AMOUNT, METHOD, REFERENCE, KEY = inputs.PAYMENT
# Beside the contract's own fields, in what these commands print.
ENTRY = Field("payment_id", Kind.ID)


@click.command("pay", cls=Command, context_settings=SETTINGS)
@click.argument("contract", type=CONTRACT)
@click.argument("amount", type=Typed("AMOUNT", lambda text, _app, _option: AMOUNT.clean(text)))
@click.option("--date", "paid_on", type=DAY, help=_("When it was paid; today unless given."))
@input_options(METHOD, REFERENCE)
@click.option("--key", "request_key", metavar="KEY", help=_("Sent again, recorded once."))
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
    """Record a payment, also on a draft. SALES may for their own clients, MANAGEMENT for any.

    Where the amount is asked for at a terminal, so is the method, which may be left empty. The same
    --key is recorded once, however often it is sent; a lost connection is tried again by
    itself.

    \b
    Examples:
      epicevents contract pay 12 400
      epicevents contract pay 12 "1 250,50" --date yesterday --method transfer --key INV-2026-014
    """
    from crm import services
    from crm.cli.writing import resending
    from crm.queries.contract import LISTING

    given["method"] = asking.nouns.how_paid(app, given["method"])
    key = (request_key or "").strip() or resending.new_key()
    values = {"amount": amount, "paid_on": paid_on or app.today, "request_key": key, **given}
    edited, again = resending.until_known(
        app,
        key,
        lambda: writing.edits.edit(
            app,
            LISTING,
            contract,
            lambda tx, contract_id: services.payment.pay(tx, contract_id, **values),
            dry_run=dry_run,
        ),
    )
    same = _("Payment {payment_id} of {amount} is recorded already; nothing changes.")
    if again:
        same = _("Payment {payment_id} recorded on contract {id}: {amount}; the reply was lost.")
    writing.edits.tell(
        app,
        output,
        edited.having(ENTRY, edited.change.record.id),
        writing.edits.Said(
            _("Payment {payment_id} recorded on contract {id}: {amount}."),
            same,
            reading.offers.after_contract,
        ),
        also=writing.edits.words(app, [Field("amount", Kind.MONEY)], [amount]),
        dry_run=dry_run,
    )


@click.command("payments", cls=Command, context_settings=SETTINGS)
@click.argument("contract", type=CONTRACT)
@listing_options
@click.pass_obj
def payments(app: App, /, contract: str, **given: Any) -> None:
    """List the payments of a contract, the latest first. Everybody may.

    \b
    Examples:
      epicevents contract payments 12
      epicevents contract payments 12 -o csv --all
    """
    from crm.queries import contract as contracts
    from crm.queries.listing import Request, count
    from crm.queries.payment import LISTING

    options = reading.asked.Options.taken_from(given)
    with app.transaction() as tx:
        row = records.find(tx, contracts.LISTING, contract)
        of_contract = {"contract": row[0]}
        if options == reading.asked.Options() and not count(
            tx, LISTING, Request(filters=of_contract), most=1
        ):
            pay = _("Nothing is paid yet. Record a payment: epicevents contract pay {id} AMOUNT")
            app.console.note(pay.format(id=row[0]))
            return
        reading.listing.run(app, tx, LISTING, options, of_contract)


@click.command("reverse-payment", cls=Command, context_settings=SETTINGS)
@click.argument("contract", type=CONTRACT)
@click.argument("payment", type=PAYMENT)
@asked_reason_option
@yes_option
@write_options
@click.pass_obj
def reverse_payment(
    app: App,
    /,
    contract: str,
    payment: int,
    reason: str | None,
    yes: bool,
    output: str,
    dry_run: bool,
) -> None:
    """Take a wrong payment back by an opposite entry. MANAGEMENT may, with a reason.

    \b
    Examples:
      epicevents contract reverse-payment 1 1 --reason "paid by another client"
    """
    from crm import services
    from crm.cli.output import detail
    from crm.queries import contract as contracts
    from crm.queries import payment as query

    why = writing.edits.reason_for(app, Permission.CONTRACT_REVERSE_PAYMENT, reason)

    def reverse(*, dry_run: bool) -> writing.edits.Edited:
        return writing.edits.edit(
            app,
            contracts.LISTING,
            contract,
            lambda tx, contract_id: services.payment.reverse(
                tx, contract_id, payment, why, paid_on=app.today
            ),
            dry_run=dry_run,
        )

    # Tried first, so that nobody confirms what is then refused.
    edited = reverse(dry_run=True)
    if not dry_run:
        with app.transaction() as tx:
            entry = query.show(tx, payment)
        title = _("Payment {id} on contract {contract}").format(id=payment, contract=contract)
        if entry and not yes and app.console.stdin.isatty():
            detail.sheet(title, query.LISTING.fields, entry, app.console, err=True)
        asking.prompts.confirm(app, _("Reverse it?"), yes=yes)
        edited = reverse(dry_run=False)
    writing.edits.tell(
        app,
        output,
        edited.having(ENTRY, edited.change.record.id),
        writing.edits.Said(
            _("Payment {payment} reversed by entry {payment_id} on contract {id}."),
            "",
            reading.offers.after_contract,
        ),
        also={"payment": str(payment)},
        dry_run=dry_run,
    )
