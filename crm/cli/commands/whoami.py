"""epicevents whoami."""

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import actors, records
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@click.option("--can", is_flag=True, help=_("Show what you may do."))
@record_options
@click.pass_obj
def whoami(app: App, /, can: bool, output: str) -> None:
    """Show who is logged in, as the database sees them (anybody).

    \b
    Examples:
      epicevents whoami
      epicevents whoami --can
    """
    with app.transaction(allow_pending=True) as tx:
        actor = tx.actor
    if can:
        from crm.cli.reading.grants import show_grants

        show_grants(app, actor.role, output)
    else:
        records.show_record(app, output, actor.name, actors.FIELDS, actors.build_actor_row(actor))
    if actor.must_change_password:
        app.console.note(_("First choose your own password: epicevents password"), loud=True)
