"""epicevents client create."""

from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import input_options, write_options
from crm.cli.types import SALES_USER
from crm.domain import inputs
from crm.domain.enums import Role
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.database.transaction import Transaction


@click.command(cls=Command)
@input_options(*inputs.CLIENT)
@click.option(
    "--sales-contact", type=SALES_USER, help=_("The client's sales contact (MANAGEMENT only).")
)
@write_options
@click.pass_obj
def create(
    app: App, /, sales_contact: str | None, output: str, dry_run: bool, **given: Any
) -> None:
    """Create a client (SALES: as its contact; MANAGEMENT: for any SALES contact).

    An email or a phone is enough; a private person has no company.

    \b
    Examples:
      epicevents client create --full-name "Kevin Casey" --email kevin@startup.example \\
        --phone "+678 123 456 78" --company-name "Cool Startup LLC"
      epicevents client create --full-name "Nadia Roux" --phone "06 98 76 54 32" \\
        --sales-contact sales2@epicevents.example
    """
    from crm import services
    from crm.queries.client import LISTING
    from crm.queries.pages import read_record

    asked = asking.nouns.reachable_questions(
        given, asking.nouns.refuse_used_email(app, inputs.CLIENT, services.client.refuse_duplicate)
    )
    if sales_contact is None:
        asked += _sales_question(app)
    values = asking.prompts.ask_for_options(
        app,
        given | {"sales_contact": sales_contact},
        asked,
        permission=Permission.CLIENT_CREATE,
    )
    sales_contact = values.pop("sales_contact", None)
    with app.transaction(dry_run=dry_run) as tx:
        contact = _find_user(tx, sales_contact)
        change = services.client.create(tx, sales_contact_id=contact, **values)
        row: Any = read_record(tx, LISTING, change.record.id)
    writing.outcome.report_write(
        app,
        output,
        _("Client {id} created: {name}.").format(id=row.id, name=row.full_name),
        LISTING.fields,
        row,
        dry_run=dry_run,
        then=f"epicevents contract create --client {row.id}",
    )


def _sales_question(app: App) -> "list[asking.questions.Question]":
    """Return the question that MANAGEMENT alone is asked: SALES become the contact themselves."""
    with app.transaction() as tx:
        role = tx.actor.role
    if role != Role.MANAGEMENT:
        return []
    label = _("Sales contact")
    return [
        asking.questions.colleague_question(
            app, "sales_contact", label, "--sales-contact", Role.SALES
        )
    ]


def _find_user(tx: "Transaction", text: str | None) -> int | None:
    from crm.queries import reference

    return reference.find_user_id(tx, text) if text else None
