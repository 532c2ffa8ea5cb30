"""epicevents contract import."""

from typing import Any

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import date_order_option, import_options


@click.command("import", cls=Command)
@import_options("fail", "skip", "create")
@date_order_option
@click.pass_obj
def import_(app: App, /, on_duplicate: str, date_order: str | None, **given: Any) -> None:
    """Import contracts from CSV, JSON or a workbook (SALES: own clients; MANAGEMENT: any).

    A row names its client by email. A contract is identified by its client and its total.
    A signed contract without a due date is due in 30 days.

    \b
    Examples:
      epicevents contract import contracts.csv --dry-run
      epicevents contract import contracts.xlsx --sheet 2026 --on-duplicate skip
    """
    from crm.importing.nouns import contract_columns
    from crm.services import imports
    from crm.services.contract_import import PLAN

    table = writing.importing.open_import(app, "contract", given)
    moments = writing.importing.moments(app, date_order)
    with app.transaction(dry_run=given["dry_run"]) as tx:
        imports.begin_import(tx, PLAN)
        parameters = {"on_duplicate": on_duplicate}
        writing.importing.run_import(
            app, tx, PLAN, table, contract_columns(moments), moments, parameters, **given
        )
