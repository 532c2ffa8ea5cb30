"""epicevents help [TOPIC | COMMAND …]"""

from difflib import get_close_matches

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.help.topic import lay_out_topic
from crm.cli.help.topics import TOPICS
from crm.cli.tree import resolve
from crm.cli.types import HELP_WORDS
from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.text import quote

WIDEST = 100  # columns


@click.command("help", cls=Command)
@click.argument("words", metavar="[TOPIC | COMMAND]", nargs=-1, type=HELP_WORDS)
@click.pass_context
def help_(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Explain a topic or a command; without either, list them all (anybody).

    \b
    Examples:
      epicevents help
      epicevents help dates
      epicevents help contract pay
    """
    app: App = ctx.obj
    width = min(app.console.out.width, WIDEST)
    if not words:
        app.console.show_paged(f"{ctx.find_root().get_help()}\n\n{_format_contents(width)}")
    elif len(words) == 1 and words[0] in TOPICS:
        app.console.show_paged(lay_out_topic(TOPICS[words[0]](), width))
    else:
        app.console.show_paged(_format_command(ctx.find_root(), words))


def _format_contents(width: int) -> str:
    formatter = click.HelpFormatter(width=width)
    with formatter.section(_("Topics (epicevents help TOPIC)")):
        formatter.write_dl([(name, topic().title) for name, topic in TOPICS.items()])
    return formatter.getvalue().rstrip("\n")


def _format_command(root: click.Context, words: tuple[str, ...]) -> str:
    try:
        context, rest = resolve(root, words)
    except click.exceptions.NoSuchCommand as error:
        # Here the words are a topic and no command: Click's sentence would speak of a command.
        raise _unknown_topic_error(error) from None
    if rest:
        raise _unknown_topic_error(click.exceptions.NoSuchCommand(rest[0], ctx=context))
    return context.get_help()


def _unknown_topic_error(error: click.exceptions.NoSuchCommand) -> UsageFault:
    group = error.ctx.command if error.ctx else None
    known = list(group.commands) if isinstance(group, click.Group) else []
    if error.ctx and error.ctx.parent is None:
        known += TOPICS
    nearest = get_close_matches(error.command_name, known)
    if nearest:
        hint = _("Did you mean {names}?").format(names=", ".join(nearest))
    else:
        hint = _("See them all: epicevents help")
    return UsageFault(
        _("There is no command or topic “{name}”.").format(name=quote(error.command_name)),
        hint=hint,
        code="unknown_topic",
        details={"nearest": nearest},
    )
