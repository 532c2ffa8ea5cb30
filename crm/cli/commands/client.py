"""epicevents client …"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.groups import Entry, Group
from crm.cli.options import (
    CLIENT,
    CLIENTS_FOR_USER,
    PERIOD,
    SALES_USER,
    input_options,
    listing_options,
    record_options,
    several,
    version_option,
    write_options,
    yes_option,
)
from crm.cli.reading import past, records
from crm.domain import inputs
from crm.domain.enums import Role
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.cli.writing.updating import Values
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.group(cls=Group)
def client() -> None:
    """Clients and who looks after them."""


@client.command("list")
@listing_options
@click.option("--sales", type=SALES_USER, help=_("Whose sales contact is USER."))
@click.option("--company", metavar="TEXT", help=_("Whose company has these words."))
@click.option("--created-from", type=PERIOD, help=_("Created on or after DATE."))
@click.option("--created-to", type=PERIOD, help=_("Created on or before DATE."))
@click.option("--without-contract", is_flag=True, default=None, help=_("Without any contract."))
@click.pass_obj
def list_(app: App, /, created_from: Any, created_to: Any, sales: str | None, **given: Any) -> None:
    """List clients, the newest first. Everybody may.

    \b
    Examples:
      epicevents client list --mine
      epicevents client list -S lefe --without-contract
      epicevents client list --created-from 2026-01 -o csv --all
    """
    from crm.cli.reading.bounds import bounds
    from crm.queries.client import LISTING

    options = reading.asked.Options.taken_from(given)
    with app.transaction() as tx:
        filters = given | bounds(app, "created", created_from, created_to)
        if sales:
            from crm.queries import reference

            filters["sales"] = reference.user_id(tx, sales)
        reading.listing.run(app, tx, LISTING, options, filters)


@client.command("show")
@click.argument("client", type=CLIENT)
@past.as_of_option
@record_options
@click.pass_obj
def show(app: App, /, client: str, moment: datetime | None, output: str) -> None:
    """Show a client with its contracts and coming events. Everybody may.

    \b
    Examples:
      epicevents client show 12
      epicevents client show kevin.besnard@terremer.example -o json
      epicevents client show 12 --as-of today
    """
    from crm.queries import client as query
    from crm.queries import reference

    title = _("Client {id}: {full_name}")
    if moment:
        past.show(app, output, query.LISTING, client, moment, title)
        return
    with app.transaction() as tx:
        client_id = reference.client_id(tx, client)
        fields, row = _record(tx, client_id)
        found = query.related(tx, client_id, app.now) if output == "table" else {}
    record = records.by_field(fields, row)
    commands = [
        *reading.offers.possible(
            tx.actor, record["sales_contact_id"], reading.offers.of_client(record)
        ),
        reading.offers.history("client", record["id"]),
    ]
    if record["erased_at"] is None and output == "table":
        fields, row = fields[:-1], row[:-1]
    records.show(
        app,
        output,
        title.format(**record),
        fields,
        row,
        related=reading.offers.related(
            found, {"contracts": _("Contracts"), "events": _("Coming events")}
        ),
        commands=commands,
    )


@client.command("create")
@input_options(*inputs.CLIENT)
@click.option("--sales-contact", type=SALES_USER, help=_("Its sales contact (MANAGEMENT)."))
@write_options
@click.pass_obj
def create(
    app: App, /, sales_contact: str | None, output: str, dry_run: bool, **given: Any
) -> None:
    """Create a client. SALES become its contact; MANAGEMENT names one.

    \b
    Examples:
      epicevents client create --full-name "Kevin Casey" --email kevin@startup.example \\
        --phone "+678 123 456 78" --company-name "Cool Startup LLC"
    """
    from crm import services

    asked = asking.nouns.with_free_email(app, inputs.CLIENT, services.client.refuse_duplicate)
    if sales_contact is None:
        asked += _whose_client(app)
    values = asking.prompts.complete(
        app,
        given | {"sales_contact": sales_contact},
        asked,
        permission=Permission.CLIENT_CREATE,
    )
    sales_contact = values.pop("sales_contact", None)
    with app.transaction(dry_run=dry_run) as tx:
        contact = _user(tx, sales_contact)
        change = services.client.create(tx, sales_contact_id=contact, **values)
        fields, row = _record(tx, change.record.id)
    writing.outcome.written(
        app,
        output,
        _("Client {id} created: {name}.").format(id=row[0], name=row[1]),
        fields,
        row,
        dry_run=dry_run,
        then=f"epicevents contract create --client {row[0]}",
    )


@client.command("update")
@click.argument("client", type=CLIENT)
@input_options(*inputs.CLIENT)
@version_option
@write_options
@click.pass_obj
def update(
    app: App, /, client: str, version: int | None, output: str, dry_run: bool, **given: Any
) -> None:
    """Change a client: SALES their own, MANAGEMENT any.

    At a terminal and without options it asks for each field; Enter keeps what is there.

    \b
    Examples:
      epicevents client update 12
      epicevents client update 12 --phone "06 12 34 56 78"
    """
    from crm import services
    from crm.queries import reference
    from crm.queries.client import LISTING

    def write(tx: "Transaction", client_id: int, values: "Values", seen: "Values | None") -> Any:
        change = services.client.update(tx, client_id, values, version=version, seen=seen)
        return change, *_record(tx, client_id)

    subject = writing.updating.Update(
        LISTING.fields,
        lambda tx: reference.client_id(tx, client),
        lambda tx, client_id: records.by_field(*_record(tx, client_id)),
        lambda _seen: [*map(asking.questions.of_input, inputs.CLIENT)],
    )
    change, fields, row = writing.updating.run(app, subject, given, write, dry_run=dry_run)
    done = _("Client {id} updated: {name}.").format(id=row[0], name=row[1])
    then = f"epicevents client show {row[0]}"
    writing.outcome.edited(app, output, change, done, fields, row, dry_run=dry_run, then=then)


@client.command("transfer")
@several("clients", CLIENTS_FOR_USER)
@click.argument("user", type=SALES_USER)
@version_option
@write_options
@click.pass_obj
def transfer(
    app: App,
    /,
    clients: tuple[str, ...],
    user: str,
    version: int | None,
    output: str,
    dry_run: bool,
) -> None:
    """Hand clients and their unsettled contracts to another SALES person. MANAGEMENT may.

    \b
    Examples:
      epicevents client transfer 12 sales2@epicevents.example
      epicevents client transfer 12 15 16 sales2@epicevents.example
    """
    from crm import services
    from crm.queries.client import LISTING

    writing.edits.refuse_version_of_several(clients, version)
    contact = writing.people.whom(app, user)

    def act(tx: "Transaction", client_id: int) -> "Change":
        return services.client.transfer(tx, client_id, contact, version=version)

    said = writing.edits.Said(
        _("Client {id} transferred: {full_name}."),
        _("It is their client already."),
        "epicevents client show {id}".format_map,
    )
    writing.edits.change(app, output, LISTING, clients, act, said, dry_run=dry_run)


@client.command("delete")
@several("clients", CLIENT)
@yes_option
@write_options
@click.pass_obj
def delete(app: App, /, clients: tuple[str, ...], yes: bool, output: str, dry_run: bool) -> None:
    """Delete clients that have no contracts. MANAGEMENT may.

    \b
    Examples:
      epicevents client delete 60
      epicevents client delete 57 59
    """
    from crm import services
    from crm.queries.client import LISTING

    writing.deleting.delete(
        app,
        output,
        LISTING,
        clients,
        services.client.delete,
        "{full_name}",
        _("Client {id} deleted: {full_name}."),
        yes=yes,
        dry_run=dry_run,
    )


def _record(tx: "Transaction", client_id: int) -> tuple[Any, Any]:
    from crm.queries import client as query

    return query.LISTING.fields, query.show(tx, client_id)


def _whose_client(app: App) -> "list[asking.questions.Question]":
    """Return the question that MANAGEMENT alone is asked: SALES become the contact themselves."""
    with app.transaction() as tx:
        role = tx.actor.role
    if role != Role.MANAGEMENT:
        return []
    label = _("Sales contact")
    return [
        asking.questions.of_colleague(app, "sales_contact", label, "--sales-contact", Role.SALES)
    ]


def _user(tx: "Transaction", text: str | None) -> int | None:
    from crm.queries import reference

    return reference.user_id(tx, text) if text else None


client.add_later(
    Entry("import", "imports:clients"),
    Entry("privacy-export", "privacy:privacy_export"),
    Entry("erase", "privacy:erase"),
)
