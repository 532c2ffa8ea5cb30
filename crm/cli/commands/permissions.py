"""epicevents permissions."""

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading.grants import show_matrix


@click.command(cls=Command)
@record_options
@click.pass_obj
def permissions(app: App, /, output: str) -> None:
    """Show who may do what. Needs no login and no database.

    "own" means only on one's own records. Everybody who is logged in may read everything.

    \b
    Examples:
      epicevents permissions
      epicevents permissions -o json
    """
    show_matrix(app, output)
