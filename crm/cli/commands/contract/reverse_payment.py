"""epicevents contract reverse-payment."""

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import prompted_reason_option, write_options, yes_option
from crm.cli.types import CONTRACT, PAYMENT
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

# Beside the contract's own fields, in what these commands print.
ENTRY = Field("payment_id", Kind.ID)


@click.command(cls=Command)
@click.argument("contract", type=CONTRACT)
@click.argument("payment", type=PAYMENT)
@prompted_reason_option
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
    """Reverse a wrong payment by an opposite entry (MANAGEMENT only, with a reason).

    \b
    Examples:
      epicevents contract reverse-payment 1 1 --reason "paid by another client"
    """
    from crm import services
    from crm.queries import contract as contracts

    why = writing.edits.ask_for_reason(app, Permission.CONTRACT_REVERSE_PAYMENT, reason)

    def reverse(*, dry_run: bool) -> writing.edits.EditOutcome:
        return writing.edits.run_on_record(
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
        _confirm(app, contract, payment, yes=yes)
        edited = reverse(dry_run=False)
    writing.edits.report_edit(
        app,
        output,
        edited.with_field(ENTRY, edited.change.record.id),
        writing.edits.Wording(
            _("Payment {payment} reversed by entry {payment_id} on contract {id}."),
            "",
            reading.offers.suggest_for_contract,
        ),
        also={"payment": str(payment)},
        dry_run=dry_run,
    )


def _confirm(app: App, contract: str, payment: int, *, yes: bool) -> None:
    """Show the payment, and ask once."""
    from crm.cli.output import detail
    from crm.queries import payment as query
    from crm.queries.pages import read_record

    with app.transaction() as tx:
        entry = read_record(tx, query.LISTING, payment)
    title = _("Payment {id} on contract {contract}").format(id=payment, contract=contract)
    if entry and not yes and app.console.stdin.isatty():
        detail.show_sheet(title, query.LISTING.fields, entry, app.console, err=True)
    asking.prompts.confirm(app, _("Reverse it?"), yes=yes)
