"""epicevents view run."""

import shlex
from collections.abc import Sequence
from typing import Any

import click

from crm.cli.app import App
from crm.cli.completion import PROGRAM
from crm.cli.groups import Command
from crm.cli.reading import views
from crm.cli.reading.request import check_listing
from crm.cli.types import COMMAND_WORDS, VIEW
from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _

# What is not an option of these commands is one of the listing's.
PASSED_ON = {"ignore_unknown_options": True}


@click.command(cls=Command, context_settings=PASSED_ON)
@click.argument("name", type=VIEW)
@click.argument("words", metavar="[OPTIONS OF THE LISTING]", nargs=-1, type=COMMAND_WORDS)
@click.pass_context
def run(ctx: click.Context, name: str, words: tuple[str, ...]) -> Any:
    """Run a saved listing; options added here override the saved ones (anybody).

    \b
    Examples:
      epicevents view run late
      epicevents view run late --limit 5 -o csv
    """
    from crm.cli.main import wants_json

    app: App = ctx.obj
    kept = _split_line(views.find_view(app.settings.home, name), app)
    _require_valid_view(ctx, name, kept)
    line = [*kept, *words]
    check_listing(ctx, line)
    app.json_errors = wants_json(line)
    return ctx.find_root().command.main(line, prog_name=PROGRAM, standalone_mode=False, obj=app)


def _require_valid_view(ctx: click.Context, name: str, words: Sequence[str]) -> None:
    """Refuse a view whose listing has lost an option since it was kept, or been edited wrongly."""
    from crm.cli.help.usage import translate_usage_error

    try:
        check_listing(ctx, words)
    except click.UsageError as error:
        # The words are right, what they name has gone: the person is not to blame for a line that
        # worked.
        raise UsageFault(
            _("The view {name} no longer works: {reason}").format(
                name=name, reason=translate_usage_error(error).message
            ),
            hint=_("Save it again: epicevents view save {name} -- {line}").format(
                name=name, line=shlex.join(words)
            ),
            code="outdated_view",
        ) from None


def _split_line(line: str, app: App) -> list[str]:
    try:
        return views.without_program(shlex.split(line))
    except (ValueError, IndexError):
        # Somebody has edited the file: a quotation mark that is not closed, or no word at all.
        raise UsageFault(
            _("The view is damaged: {line}").format(line=line),
            hint=_("Fix it in {path}.").format(path=app.settings.home / views.FILE),
            code="invalid_views_file",
        ) from None
