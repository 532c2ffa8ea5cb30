"""epicevents logout."""

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import actors
from crm.domain.errors import NotLoggedIn
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@record_options
@click.pass_obj
def logout(app: App, output: str) -> None:
    """Log out: the session ends here and in the database.

    With -o json it prints whose session ended, or null if nobody was logged in.

    \b
    Examples:
      epicevents logout
    """
    from crm.services import authentication

    try:
        with app.transaction(allow_pending=True) as tx:
            authentication.logout(tx)
            actor = tx.actor
    except NotLoggedIn as error:
        if error.code == "session_elsewhere":
            raise  # it can still be ended there
        app.forget()
        if output == "json":
            app.console.data("null")
        app.console.note(_("Nobody was logged in."))
        return
    app.forget()
    if output == "json":
        actors.print_actor(app, actor)
    app.console.success(_("Logged out."))
