"""epicevents user deactivate."""

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import transfer_to_option
from crm.cli.options import several_records, write_options, yes_option
from crm.cli.types import USER


@click.command(cls=Command)
@several_records("users", USER)
@transfer_to_option
@yes_option
@write_options
@click.pass_obj
def deactivate(
    app: App,
    /,
    users: tuple[str, ...],
    transfer_to: str | None,
    override: str | None,
    yes: bool,
    output: str,
    dry_run: bool,
) -> None:
    """Deactivate accounts and transfer their open records (MANAGEMENT only, not their own).

    In a terminal it asks who takes over the records of each account, and then shows the accounts
    and asks for confirmation. Records that nobody takes over stay as they are and are listed.

    \b
    Examples:
      epicevents user deactivate sales3@epicevents.example
      epicevents user deactivate 5 6 --transfer-to sales2@epicevents.example
    """
    writing.leaving.close_accounts(
        app, users, transfer_to, override, output, yes=yes, dry_run=dry_run
    )
