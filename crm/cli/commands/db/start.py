"""epicevents db start."""

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@click.pass_obj
def start(app: App) -> None:
    """Start the embedded PostgreSQL. Commands do so themselves when they need it.

    \b
    Examples:
      epicevents db start
    """
    from crm.database import location

    cluster = location.cluster(app.settings)
    if cluster.is_running():
        app.console.note(_("The database is already running."))
        return
    location.require_database(app.settings)
    cluster.start()
    app.console.success(_("The database is running."))
