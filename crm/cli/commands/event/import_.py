"""epicevents event import."""

from typing import Any

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import date_order_option, import_options
from crm.domain.i18n import gettext as _


@click.command("import", cls=Command)
@import_options("fail", "skip")
@date_order_option
@click.option("--allow-past", is_flag=True, help=_("Import past events too."))
@click.pass_obj
def import_(
    app: App, /, on_duplicate: str, date_order: str | None, allow_past: bool, **given: Any
) -> None:
    """Import events from CSV, JSON or a workbook (SALES: own clients; MANAGEMENT: any).

    A row names its contract by id, or its client by email if that client has only one signed
    contract. An event is identified by its contract, name and start.

    \b
    Examples:
      epicevents event import events.csv --dry-run
      epicevents event import events.xlsx --allow-past --partial --errors refused.xlsx
    """
    from crm.importing.nouns import event_columns
    from crm.services import imports
    from crm.services.event_import import PLAN

    table = writing.importing.open_import(app, "event", given)
    moments = writing.importing.moments(app, date_order)
    with app.transaction(dry_run=given["dry_run"]) as tx:
        imports.begin_import(tx, PLAN)
        parameters = {"on_duplicate": on_duplicate, "allow_past": allow_past}
        writing.importing.run_import(
            app, tx, PLAN, table, event_columns(moments), moments, parameters, **given
        )
