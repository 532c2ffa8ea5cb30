"""epicevents client import, contract import, event import."""

from collections.abc import Callable
from typing import Any

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import SETTINGS, Command
from crm.cli.options import FILE, SALES_USER, Decorated, together, write_options
from crm.cli.types import File
from crm.domain.enums import Role
from crm.domain.i18n import gettext as _

date_order_option = click.option(
    "--date-order",
    type=click.Choice(["day", "month"]),
    help=_("What comes first in 04/06/2026; the day, unless other rows contradict."),
)


def import_options(*on_duplicate: str) -> Callable[[Decorated], Decorated]:
    """Add the argument FILE and the options of every import; the first choice is the default."""

    return together(
        click.argument("file", type=FILE),
        click.option(
            "--map",
            "mapping",
            multiple=True,
            metavar="HEADING=FIELD",
            help=_('Which field a column is: "Nom complet=full_name". Repeat it for others.'),
        ),
        click.option(
            "--on-duplicate",
            type=click.Choice(on_duplicate),
            default=on_duplicate[0],
            show_default=True,
            help=_("What to do with rows that exist already."),
        ),
        click.option(
            "--partial", is_flag=True, help=_("Import what can be, and leave out the rest.")
        ),
        click.option(
            "--errors",
            type=File(dir_okay=False, writable=True),
            help=_("Write refused rows there, each with its reason."),
        ),
        click.option("--encoding", metavar="NAME", help=_("Of a CSV file that is not UTF-8.")),
        click.option("--sheet", metavar="NAME", help=_("Which sheet of a workbook.")),
        write_options,
    )


@click.command("import", cls=Command, context_settings=SETTINGS)
@import_options("fail", "skip", "update")
@click.option(
    "--sales-contact",
    type=SALES_USER,
    help=_("Whose clients they become where the file does not say (MANAGEMENT)."),
)
@click.pass_obj
def clients(
    app: App,
    /,
    sales_contact: str | None,
    on_duplicate: str,
    **given: Any,
) -> None:
    """Import clients from CSV, JSON or XLSX. SALES import their own, MANAGEMENT any.

    Columns are found by their names, in English or French. A client is known by its email.

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

    table = writing.importing.open_file(app, "client", given)
    with app.transaction(dry_run=given["dry_run"]) as tx:
        contact = tx.actor.id if tx.actor.role == Role.SALES else None
        if sales_contact is not None:
            contact = reference.user_id(tx, sales_contact)
            contacts.require(tx, contact, Role.SALES)
        imports.begin(tx, PLAN, contact)
        if contact is None and "sales_contact" not in table.columns:
            raise contacts.missing_contact("--sales-contact")
        writing.importing.load(
            app,
            tx,
            PLAN,
            table,
            client_columns(),
            _moments(app),
            {"contact": contact, "on_duplicate": on_duplicate},
            **given,
        )


@click.command("import", cls=Command, context_settings=SETTINGS)
@import_options("fail", "skip", "create")
@date_order_option
@click.pass_obj
def contracts(app: App, /, on_duplicate: str, date_order: str | None, **given: Any) -> None:
    """Import contracts from CSV, JSON or XLSX. SALES for their own clients, MANAGEMENT for any.

    A row names its client by email. A contract is known by its client and its total. A signed one
    without a due date is due in thirty days.

    \b
    Examples:
      epicevents contract import contracts.csv --dry-run
      epicevents contract import contracts.xlsx --sheet 2026 --on-duplicate skip
    """
    from crm.importing.nouns import contract_columns
    from crm.services import imports
    from crm.services.contract_import import PLAN

    table = writing.importing.open_file(app, "contract", given)
    moments = _moments(app, date_order)
    with app.transaction(dry_run=given["dry_run"]) as tx:
        imports.begin(tx, PLAN)
        parameters = {"on_duplicate": on_duplicate}
        writing.importing.load(
            app, tx, PLAN, table, contract_columns(moments), moments, parameters, **given
        )


@click.command("import", cls=Command, context_settings=SETTINGS)
@import_options("fail", "skip")
@date_order_option
@click.option("--allow-past", is_flag=True, help=_("Also events that have been held."))
@click.pass_obj
def events(
    app: App, /, on_duplicate: str, date_order: str | None, allow_past: bool, **given: Any
) -> None:
    """Import events from CSV, JSON or XLSX. SALES for their own clients, MANAGEMENT for any.

    A row names its contract by id, or its client by email where only one contract of it is signed.
    An event is known by its contract, name and start.

    \b
    Examples:
      epicevents event import events.csv --dry-run
      epicevents event import events.xlsx --allow-past --partial --errors refused.xlsx
    """
    from crm.importing.nouns import event_columns
    from crm.services import imports
    from crm.services.event_import import PLAN

    table = writing.importing.open_file(app, "event", given)
    moments = _moments(app, date_order)
    with app.transaction(dry_run=given["dry_run"]) as tx:
        imports.begin(tx, PLAN)
        parameters = {"on_duplicate": on_duplicate, "allow_past": allow_past}
        writing.importing.load(
            app, tx, PLAN, table, event_columns(moments), moments, parameters, **given
        )


def _moments(app: App, order: str | None = None) -> Any:
    from crm.importing.values import Moments

    return Moments(app.settings.timezone, app.now, order)
