"""epicevents user reactivate."""

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import several_records, write_options
from crm.cli.types import USER
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@several_records("users", USER)
@write_options
@click.pass_obj
def reactivate(app: App, /, users: tuple[str, ...], output: str, dry_run: bool) -> None:
    """Reactivate accounts (MANAGEMENT only).

    \b
    Examples:
      epicevents user reactivate sales3@epicevents.example
      epicevents user reactivate sales3@epicevents.example sales4@epicevents.example
    """
    from crm import services
    from crm.queries.user import LISTING

    said = writing.edits.Wording(
        _("Account {id} reactivated: {first_name} {last_name} can log in again."),
        _("The account of {first_name} {last_name} is already active."),
        "epicevents user show {id}".format_map,
    )
    writing.edits.change_records(
        app, output, LISTING, users, services.user.reactivate, said, dry_run=dry_run
    )
