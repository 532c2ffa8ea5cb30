"""epicevents contract delete."""

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import several_records, write_options, yes_option
from crm.cli.types import CONTRACT
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@several_records("contracts", CONTRACT)
@yes_option
@write_options
@click.pass_obj
def delete(app: App, /, contracts: tuple[str, ...], yes: bool, output: str, dry_run: bool) -> None:
    """Delete drafts that have no payments (MANAGEMENT only).

    \b
    Examples:
      epicevents contract delete 5
      epicevents contract delete 10 15
    """
    from crm import services
    from crm.queries.contract import LISTING

    writing.deleting.delete_records(
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
