"""epicevents view …: listings kept under a name."""

import shlex
from collections.abc import Sequence
from typing import Any

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.completion import PROGRAM
from crm.cli.groups import Group
from crm.cli.options import COMMAND_WORDS, NEW_VIEW, VIEW, record_options, yes_option
from crm.cli.reading import records, views
from crm.cli.reading.asked import Options
from crm.cli.tree import resolve
from crm.domain.errors import UsageFault
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _

FIELDS = (Field("name"), Field("listing"))
# What is not an option of these commands is one of the listing's.
PASSED_ON = {"ignore_unknown_options": True}


@click.group(cls=Group)
def view() -> None:
    """Listings that you keep under a name."""


@view.command("save", context_settings=PASSED_ON)
@click.argument("name", type=NEW_VIEW)
@click.argument("words", metavar="COMMAND", nargs=-1, required=True, type=COMMAND_WORDS)
@yes_option
@click.pass_context
def save(ctx: click.Context, name: str, words: tuple[str, ...], yes: bool) -> None:
    """Keep a listing under a name, on this workstation. Anybody may.

    Days such as today are kept as they are typed, and mean another day tomorrow.

    \b
    Examples:
      epicevents view save late -- contract list --unpaid --created-to -60d
      epicevents view save week -- event list --mine --period week
    """
    app: App = ctx.obj
    views.checked_name(name)
    listing = without_program(words)
    check(ctx, listing)
    known, line = views.read(app.settings.home), shlex.join(listing)
    if known.get(name) == line:
        app.console.note(_("It is kept like that already."))
        return
    if name in known:
        question = _("Replace {name}, which is: {line}?").format(name=name, line=known[name])
        asking.prompts.confirm(app, question, yes=yes)
    views.write(app.settings.home, known | {name: line})
    app.console.success(_("Kept as {name}.").format(name=name))
    writing.outcome.suggest(app, f"epicevents view run {name}")


@view.command("run", context_settings=PASSED_ON)
@click.argument("name", type=VIEW)
@click.argument("words", metavar="[OPTIONS OF THE LISTING]", nargs=-1, type=COMMAND_WORDS)
@click.pass_context
def run(ctx: click.Context, name: str, words: tuple[str, ...]) -> Any:
    """Run a listing that is kept under a name; what is added goes before what is kept. Anybody may.

    \b
    Examples:
      epicevents view run late
      epicevents view run late --limit 5 -o csv
    """
    app: App = ctx.obj
    from crm.cli.main import wants_json

    kept = _words_of(views.named(app.settings.home, name), app)
    _check_kept(ctx, name, kept)
    line = [*kept, *words]
    check(ctx, line)
    app.json_errors = wants_json(line)
    return _root(ctx).main(line, prog_name=PROGRAM, standalone_mode=False, obj=app)


@view.command("list")
@record_options
@click.pass_obj
def list_(app: App, /, output: str) -> None:
    """List what is kept under a name. Anybody may.

    \b
    Examples:
      epicevents view list
      epicevents view list -o json
    """
    rows = list(views.read(app.settings.home).items())
    if output == "json":
        records.list_as_json(app, FIELDS, rows)
    elif rows:
        from crm.cli.output import table

        table.render(FIELDS, rows, app.console, exact=True)
    else:
        app.console.note(
            _("There is none yet. Keep one: epicevents view save late -- contract list --unpaid")
        )


@view.command("delete")
@click.argument("name", type=VIEW)
@yes_option
@click.pass_obj
def delete(app: App, /, name: str, yes: bool) -> None:
    """Forget a view; the records that it lists stay. Anybody may.

    \b
    Examples:
      epicevents view delete late
    """
    line = views.named(app.settings.home, name)
    question = _("Forget {name}, which is: {line}?").format(name=name, line=line)
    asking.prompts.confirm(app, question, yes=yes)
    known = views.read(app.settings.home)
    known.pop(name, None)
    views.write(app.settings.home, known)
    app.console.success(_("{name} is forgotten.").format(name=name))


def without_program(words: Sequence[str]) -> list[str]:
    """Return the words of a command without ``epicevents`` before them."""
    return list(words[1:] if words[0] == PROGRAM else words)


def check(ctx: click.Context, words: Sequence[str]) -> None:
    """Refuse what is not a listing, or not one that can be parsed: UsageFault, click.UsageError."""
    app: App = ctx.obj
    scratch = click.Context(_root(ctx), info_name=PROGRAM, obj=app.for_line())
    context, rest = resolve(scratch, words)
    if not set(Options._fields) <= {param.name for param in context.command.params}:
        raise UsageFault(
            _("Only a listing can be kept under a name."),
            hint=_("Such as: epicevents view save late -- contract list --unpaid"),
            code="not_a_listing",
        )
    context.command.make_context(context.info_name, rest, parent=context.parent)


def _check_kept(ctx: click.Context, name: str, words: Sequence[str]) -> None:
    """Refuse a view whose listing has lost an option since it was kept, or been edited wrongly."""
    from crm.cli.help.usage import explained

    try:
        check(ctx, words)
    except click.UsageError as error:
        raise UsageFault(
            _("The view {name} no longer works: {reason}").format(
                name=name, reason=explained(error).message
            ),
            hint=_("Keep it anew: epicevents view save {name} -- {line}").format(
                name=name, line=shlex.join(words)
            ),
            code="outdated_view",
        ) from None


def _root(ctx: click.Context) -> click.Command:
    return ctx.find_root().command


def _words_of(line: str, app: App) -> list[str]:
    try:
        return without_program(shlex.split(line))
    except (ValueError, IndexError):
        raise UsageFault(
            _("The view is damaged: {line}").format(line=line),
            hint=_("Correct it in {path}.").format(path=app.settings.home / views.FILE),
            code="invalid_views_file",
        ) from None
