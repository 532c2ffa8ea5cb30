"""epicevents contract …"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.groups import Entry, Group
from crm.cli.options import (
    CLIENT,
    CONTRACT,
    DAY,
    MONEY,
    OPTIONAL_DAY,
    PERIOD,
    SALES_USER,
    input_options,
    listing_options,
    reason_option,
    record_options,
    several,
    version_option,
    write_options,
    yes_option,
)
from crm.cli.reading import past, records
from crm.domain import inputs
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.cli.writing.updating import Values
    from crm.database.transaction import Transaction
    from crm.services.editing import Change

signed_option = click.option(
    "--signed/--unsigned", "signed_status", default=None, help=_("Whether it is signed.")
)
DUE_DATE = _("When it is to be paid; thirty days after it is signed unless given.")


@click.group(cls=Group)
def contract() -> None:
    """Contracts, signatures and payments."""


@contract.command("list")
@listing_options
@click.option("--client", type=CLIENT, help=_("Of CLIENT: id, email or name."))
@click.option("--sales", type=SALES_USER, help=_("Whose own sales contact is USER."))
@click.option("--signed/--unsigned", default=None, help=_("Signed, or still a draft."))
@click.option("--paid/--unpaid", default=None, help=_("Nothing is due, or something is."))
@click.option("--overdue", is_flag=True, help=_("Signed, not paid, and due before today."))
@click.option("--due-from", type=PERIOD, help=_("To be paid on or after DATE."))
@click.option("--due-to", type=PERIOD, help=_("To be paid on or before DATE."))
@click.option("--total-min", type=MONEY, metavar="AMOUNT", help=_("Of AMOUNT in total, or more."))
@click.option("--total-max", type=MONEY, metavar="AMOUNT", help=_("Of AMOUNT in total, or less."))
@click.option("--created-from", type=PERIOD, help=_("Created on or after DATE."))
@click.option("--created-to", type=PERIOD, help=_("Created on or before DATE."))
@click.pass_obj
def list_(
    app: App,
    /,
    client: str | None,
    sales: str | None,
    overdue: bool,
    due_from: Any,
    due_to: Any,
    created_from: Any,
    created_to: Any,
    **given: Any,
) -> None:
    """List contracts, the newest first. Everybody may.

    \b
    Examples:
      epicevents contract list --mine --unsigned
      epicevents contract list --overdue --sort due_date
      epicevents contract list --unpaid --due-to +7d
      epicevents contract list --client kevin.besnard@terremer.example -o json
    """
    from crm.cli.reading.bounds import bounds
    from crm.queries import reference
    from crm.queries.contract import LISTING

    options = reading.asked.Options.taken_from(given)
    with app.transaction() as tx:
        filters = given | bounds(app, "created", created_from, created_to)
        filters["client"] = None if client is None else reference.client_id(tx, client)
        filters["overdue"] = app.today if overdue else None
        filters["due_from"] = due_from and due_from.first
        filters["due_to"] = due_to and due_to.last
        filters["sales"] = None if sales is None else reference.user_id(tx, sales)
        reading.listing.run(app, tx, LISTING, options, filters)


@contract.command("show")
@click.argument("contract", type=CONTRACT)
@past.as_of_option
@record_options
@click.pass_obj
def show(app: App, /, contract: str, moment: datetime | None, output: str) -> None:
    """Show a contract with its events and payments. Everybody may.

    \b
    Examples:
      epicevents contract show 12
      epicevents contract show 12 -o json
      epicevents contract show 12 --as-of today
    """
    from crm.queries import contract as query

    title = _("Contract {id} of {client}")
    if moment:
        past.show(app, output, query.LISTING, contract, moment, title)
        return
    with app.transaction() as tx:
        row = records.find(tx, query.LISTING, contract)
        found = query.related(tx, row[0]) if output == "table" else {}
        owner_id = query.owner_id(tx, row[0]) if output == "table" else None
    record = records.by_field(query.LISTING.fields, row)
    records.show(
        app,
        output,
        title.format(**record),
        query.LISTING.fields,
        row,
        related=reading.offers.related(found, {"events": _("Events"), "payments": _("Payments")}),
        commands=[
            *reading.offers.possible(tx.actor, owner_id, reading.offers.of_contract(record)),
            reading.offers.history("contract", record["id"]),
        ],
    )


@contract.command("create")
@click.option("--client", type=CLIENT, help=_("Who buys: id, email or name."))
@input_options(*inputs.CONTRACT)
@signed_option
@click.option("--due-date", type=DAY, help=DUE_DATE)
@write_options
@click.pass_obj
def create(app: App, /, client: str | None, output: str, dry_run: bool, **given: Any) -> None:
    """Create a contract. SALES may for their own clients, MANAGEMENT for any.

    It is a draft, all of it is due, and that thirty days after it is signed, unless you say
    otherwise.

    \b
    Examples:
      epicevents contract create --client 12 --total-amount 4000
      epicevents contract create --client 12 --total-amount "4 000,00" \\
        --amount-due 1500 --signed
    """
    from crm import services
    from crm.queries import contract as query
    from crm.queries import reference

    values = asking.nouns.of_contract(app, {"client": client, **given})
    with app.transaction(dry_run=dry_run) as tx:
        client_id = reference.client_id(tx, values.pop("client"))
        change = services.contract.create(tx, client_id=client_id, **values)
        row = records.find(tx, query.LISTING, str(change.record.id))
    writing.outcome.written(
        app,
        output,
        _("Contract {id} created: {client}, {total_amount}.").format(
            **writing.edits.words(app, query.LISTING.fields, row)
        ),
        query.LISTING.fields,
        row,
        dry_run=dry_run,
        then=reading.offers.after_contract(records.by_field(query.LISTING.fields, row)),
    )


@contract.command("update")
@click.argument("contract", type=CONTRACT)
@click.option("--client", type=CLIENT, help=_("Who buys: id, email or name."))
@input_options(*inputs.CONTRACT)
@signed_option
@click.option("--due-date", type=OPTIONAL_DAY, help=DUE_DATE)
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
    """Change a contract. SALES may change their own clients', MANAGEMENT any.

    Once it is signed, client and total no longer change; the due date still may. Unsigning and
    setting the amount due by hand are for MANAGEMENT, with a reason. At a terminal and without
    options it asks for what may change; Enter keeps what is there.

    \b
    Examples:
      epicevents contract update 5 --total-amount 4500
      epicevents contract update 5 --due-date +45d
      epicevents contract update 5 --amount-due 1000 --reason "agreed discount"
    """
    from crm import services
    from crm.queries import reference
    from crm.queries.contract import LISTING

    def write(tx: "Transaction", contract_id: int, values: "Values", seen: "Values | None") -> Any:
        new = dict(values)
        if "client" in new:
            new["client_id"] = reference.client_id(tx, new.pop("client"))

        def act(tx: "Transaction", contract_id: int) -> "Change":
            return services.contract.update(
                tx, contract_id, new, reason=reason, version=version, seen=seen
            )

        return writing.edits.edit_in(tx, LISTING, str(contract_id), act)

    subject = writing.updating.Update(
        LISTING.fields,
        lambda tx: int(records.find(tx, LISTING, contract)[0]),
        lambda tx, number: records.by_field(LISTING.fields, records.find(tx, LISTING, str(number))),
        lambda seen: asking.nouns.of_contract_changes(app, seen),
    )
    given = {"client": client, **given}
    edited = writing.updating.run(app, subject, given, write, dry_run=dry_run)
    said = writing.edits.Said(
        _("Contract {id} updated: {client}."),
        _("Nothing to change."),
        reading.offers.after_contract,
    )
    writing.edits.tell(app, output, edited, said, dry_run=dry_run)


@contract.command("delete")
@several("contracts", CONTRACT)
@yes_option
@write_options
@click.pass_obj
def delete(app: App, /, contracts: tuple[str, ...], yes: bool, output: str, dry_run: bool) -> None:
    """Delete drafts that have no payment. MANAGEMENT may.

    \b
    Examples:
      epicevents contract delete 5
      epicevents contract delete 10 15
    """
    from crm import services
    from crm.queries.contract import LISTING

    writing.deleting.delete(
        app,
        output,
        LISTING,
        contracts,
        services.contract.delete,
        _("Contract {id} of {client}"),
        _("Contract {id} deleted: {client}."),
        yes=yes,
        dry_run=dry_run,
    )


contract.add_later(
    Entry("sign", "signature:sign"),
    Entry("unsign", "signature:unsign"),
    Entry("amend", "signature:amend"),
    Entry("pay", "payment:pay"),
    Entry("payments", "payment:payments"),
    Entry("reverse-payment", "payment:reverse_payment"),
    Entry("import", "imports:contracts"),
)
