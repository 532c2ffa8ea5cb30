"""epicevents db stop."""

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@click.pass_obj
def stop(app: App) -> None:
    """Stop the embedded PostgreSQL; uncommitted changes are rolled back.

    \b
    Examples:
      epicevents db stop
    """
    from crm.database import location

    cluster = location.cluster(app.settings)
    if not cluster.is_running():
        app.console.note(_("The database is already stopped."))
        return
    cluster.stop()
    app.console.success(_("The database is stopped. Start it: epicevents db start"))
