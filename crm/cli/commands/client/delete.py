"""epicevents client delete."""

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import several_records, write_options, yes_option
from crm.cli.types import CLIENT
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@several_records("clients", CLIENT)
@yes_option
@write_options
@click.pass_obj
def delete(app: App, /, clients: tuple[str, ...], yes: bool, output: str, dry_run: bool) -> None:
    """Delete clients that have no contracts (MANAGEMENT only).

    \b
    Examples:
      epicevents client delete 60
      epicevents client delete 57 59
    """
    from crm import services
    from crm.queries.client import LISTING

    writing.deleting.delete_records(
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
