"""epicevents client import."""

from typing import Any

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import import_options
from crm.cli.types import SALES_USER
from crm.domain.enums import Role
from crm.domain.i18n import gettext as _


@click.command("import", cls=Command)
@import_options("fail", "skip", "update")
@click.option(
    "--sales-contact",
    type=SALES_USER,
    help=_("Sales contact of the clients for which the file names none (MANAGEMENT only)."),
)
@click.pass_obj
def import_(
    app: App,
    /,
    sales_contact: str | None,
    on_duplicate: str,
    **given: Any,
) -> None:
    """Import clients from CSV, JSON or a workbook (SALES: own clients; MANAGEMENT: any).

    Columns are found by their English or French headings. A client is identified by its email.

    \b
    Examples:
      epicevents client import clients.xlsx --dry-run
      epicevents client import clients.csv --map "Nom complet=full_name" --encoding windows-1252
      epicevents client import clients.csv --on-duplicate update --partial --errors refused.csv
    """
    from crm.importing.nouns import client_columns
    from crm.queries import reference
    from crm.services import contacts, imports
    from crm.services.client_import import PLAN

    table = writing.importing.open_import(app, "client", given)
    with app.transaction(dry_run=given["dry_run"]) as tx:
        contact = tx.actor.id if tx.actor.role == Role.SALES else None
        if sales_contact is not None:
            contact = reference.find_user_id(tx, sales_contact)
            contacts.require_contact(tx, contact, Role.SALES)
        imports.begin_import(tx, PLAN, contact)
        if contact is None and "sales_contact" not in table.columns:
            raise contacts.missing_contact_error("--sales-contact")
        writing.importing.run_import(
            app,
            tx,
            PLAN,
            table,
            client_columns(),
            writing.importing.moments(app),
            {"contact": contact, "on_duplicate": on_duplicate},
            **given,
        )
