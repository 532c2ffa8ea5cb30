"""epicevents db start."""

import click

from crm.cli import asking
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import yes_option
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@click.option("--adopt", is_flag=True, help=_("Trust a database that was not made here."))
@yes_option
@click.pass_obj
def start(app: App, adopt: bool, yes: bool) -> None:
    """Start the embedded PostgreSQL. Other commands start it by themselves when they need it.

    A database that was copied here does not start: its maker decides what it runs in your name. Use
    --adopt, once, if you copied it yourself.

    \b
    Examples:
      epicevents db start
      epicevents db start --adopt
    """
    from crm.database import location

    cluster = location.cluster(app.settings)
    if cluster.is_running():
        app.console.note(_("The database is already running."))
        return
    location.require_database(app.settings)
    if adopt:
        question = _("Let the database in {path} run programs in your name?")
        asking.prompts.confirm(app, question.format(path=cluster.data), yes=yes)
    cluster.start(adopt=adopt)
    app.console.success(_("The database is started."))
