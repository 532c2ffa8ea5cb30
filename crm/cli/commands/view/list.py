"""epicevents view list."""

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import records, views
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _

FIELDS = (Field("name"), Field("listing"))


@click.command("list", cls=Command)
@record_options
@click.pass_obj
def list_(app: App, /, output: str) -> None:
    """List the saved views (anybody).

    \b
    Examples:
      epicevents view list
      epicevents view list -o json
    """
    rows = list(views.read_views(app.settings.home).items())
    if output == "json":
        records.print_json_list(app, FIELDS, rows)
    elif rows:
        from crm.cli.output import table

        table.show_listing(FIELDS, rows, app.console, exact=True)
    else:
        app.console.note(
            _("No views yet. Save one: epicevents view save late -- contract list --unpaid")
        )
