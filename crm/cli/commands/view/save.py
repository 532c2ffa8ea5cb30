"""epicevents view save."""

import shlex

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import yes_option
from crm.cli.reading import views
from crm.cli.reading.request import check_listing
from crm.cli.types import COMMAND_WORDS, NEW_VIEW
from crm.domain.i18n import gettext as _

# What is not an option of these commands is one of the listing's.
PASSED_ON = {"ignore_unknown_options": True}


@click.command(cls=Command, context_settings=PASSED_ON)
@click.argument("name", type=NEW_VIEW)
@click.argument("words", metavar="COMMAND", nargs=-1, required=True, type=COMMAND_WORDS)
@yes_option
@click.pass_context
def save(ctx: click.Context, name: str, words: tuple[str, ...], yes: bool) -> None:
    """Save a listing under a name, on this workstation (anybody).

    Words such as today are saved as typed, so tomorrow they mean another day.

    \b
    Examples:
      epicevents view save late -- contract list --unpaid --created-to -60d
      epicevents view save week -- event list --mine --period week
    """
    app: App = ctx.obj
    views.require_name(name)
    listing = views.without_program(words)
    check_listing(ctx, listing)
    known, line = views.read_views(app.settings.home), shlex.join(listing)
    if known.get(name) == line:
        app.console.note(_("It is already saved like that; nothing to change."))
        return
    if name in known:
        question = _("Replace the view {name} ({line})?").format(name=name, line=known[name])
        asking.prompts.confirm(app, question, yes=yes)
    views.write_views(app.settings.home, known | {name: line})
    app.console.success(_("View {name} saved.").format(name=name))
    writing.outcome.suggest_command(app, f"epicevents view run {name}")
