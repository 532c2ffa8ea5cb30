"""epicevents view delete."""

import click

from crm.cli import asking
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import yes_option
from crm.cli.reading import views
from crm.cli.types import VIEW
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@click.argument("name", type=VIEW)
@yes_option
@click.pass_obj
def delete(app: App, /, name: str, yes: bool) -> None:
    """Delete a view, but not the records that it lists (anybody).

    \b
    Examples:
      epicevents view delete late
    """
    line = views.find_view(app.settings.home, name)
    question = _("Delete the view {name} ({line})?").format(name=name, line=line)
    asking.prompts.confirm(app, question, yes=yes)
    known = views.read_views(app.settings.home)
    known.pop(name, None)
    views.write_views(app.settings.home, known)
    app.console.success(_("View {name} deleted.").format(name=name))
