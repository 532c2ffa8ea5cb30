"""Groups whose commands load when they are run, and commands that all understand the same flags."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import click

from crm.cli.app import App
from crm.cli.asking import arguments, parameters
from crm.cli.help.text import TranslatedHelp
from crm.cli.tree import ALIASES, Stub, find_commands
from crm.domain.i18n import gettext as _
from crm.domain.i18n import gettext_noop

SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

_WORDS = "crm.words"  # where a context keeps what was typed after its command
_NEGATIVE = re.compile(r"-[0-9]")
_OPTION = re.compile(r"--?[a-zA-Z][^=]*")


# A script may always say it, also to a write that asks nothing.
_NEEDLESS_YES = click.Option(
    ["-y", "--yes"],
    is_flag=True,
    hidden=True,
    expose_value=False,
    help=gettext_noop("Nothing is asked; scripts may say it all the same."),
)


class Command(TranslatedHelp, click.Command):
    """A command that takes the common flags and negative numbers where it takes a number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Its own, not its parent's: Click keeps the help option of whichever context asked first.
        kwargs.setdefault("context_settings", SETTINGS)
        super().__init__(*args, **kwargs)
        self.askable = parameters.make_askable(self.params)
        self.params += hidden_flags()
        names = {param.name for param in self.params}
        if "dry_run" in names and "yes" not in names:
            self.params.append(_NEEDLESS_YES)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; ``-5`` is a number, not an unknown option, so that its value can be judged."""
        words = list(_readable_numbers(self._name_fields(args)))
        ctx.meta[_WORDS] = words[:]
        rest = super().parse_args(ctx, words)
        parameters.refuse_contradictions(ctx, ctx.meta[_WORDS])
        parameters.move_to_first(ctx, self.params)
        return rest

    def _name_fields(self, args: Iterable[str]) -> Iterable[str]:
        """Yield the words, with ``--json id,email`` of a listing as other programs take it."""
        listing = {param.name for param in self.params} >= {"fields", "output"}
        # What follows it where the command takes an argument is that: contract payments --json 12.
        listing = listing and not any(isinstance(each, click.Argument) for each in self.params)
        previous = ""
        for arg in args:
            if listing and previous == "--json" and not arg.startswith("-"):
                yield "--fields"
            yield arg
            previous = arg

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, under the name that the audit keeps: the words of the command, not its values.

        Arguments that are missing are asked for.
        """
        ctx.ensure_object(App).command = ctx.command_path.partition(" ")[2]
        arguments.ask_for_missing(ctx, self.askable)
        return super().invoke(ctx)


class Group(TranslatedHelp, click.Group):
    """A group that shows its help when it is run alone, and knows ``ls`` and ``new``.

    Its commands are those that lie in ``package``; each is loaded when it is run.
    """

    def __init__(self, *args: Any, package: str, **kwargs: Any) -> None:
        kwargs.setdefault("context_settings", SETTINGS)
        kwargs |= {"no_args_is_help": False, "invoke_without_command": True}
        super().__init__(*args, **kwargs)
        if not self.params:
            self.params = common_flags(hidden=True)
        self.commands.update(find_commands(package))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that is meant; none at all is a request for help, and no mistake."""
        result = super().invoke(ctx)
        if ctx.invoked_subcommand is None:
            click.echo(ctx.get_help(), color=ctx.color)
        return result

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in the order of the alphabet, each with its whole sentence."""
        rows = [(name, command.get_short_help_str()) for name, command in self.commands.items()]
        with formatter.section(_("Commands")):
            formatter.write_dl(sorted(rows))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name or alias."""
        name = cmd_name if cmd_name in self.commands else ALIASES.get(cmd_name, cmd_name)
        return super().get_command(ctx, name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is meant, loaded.

        The error of an unknown one has the words that follow it, as ``rest``.
        """
        try:
            name, command, rest = super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            # Click's error has the word only; the words after it tell which command was meant.
            error.rest = args[1:]  # type: ignore[attr-defined]
            raise
        return name, command.load() if isinstance(command, Stub) else command, rest


class Root(Group):
    """The root group: ``sections`` has what each command does, under headings, as help shows it."""

    def __init__(
        self, *args: Any, sections: Mapping[str, Mapping[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        for commands in sections.values():
            for name, short_help in commands.items():
                self.commands[name] = self.commands.pop(name)  # in the order of help
                self.commands[name].short_help = short_help

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their sections, in the order of the table."""
        for title, names in self.sections.items():
            with formatter.section(_(title)):
                formatter.write_dl(
                    [(name, self.commands[name].get_short_help_str()) for name in names]
                )


def read_typed_options(ctx: click.Context) -> dict[str, Any]:
    """Return the options that were given to a command, by name, as text before it is read."""
    typed, _rest, _order = ctx.command.make_parser(ctx).parse_args(ctx.meta[_WORDS][:])
    return dict(typed)


@cache
def hidden_flags() -> list[click.Parameter]:
    """Return the common flags as each command has them: the same few objects in all of them."""
    return common_flags(hidden=True)


def common_flags(*, hidden: bool) -> list[click.Parameter]:
    """Return the flags that every command takes, before or after its name."""

    def remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        if value is not None and not ctx.resilient_parsing:
            ctx.ensure_object(App).set_flag(param.name, value)

    common: dict[str, Any] = {"expose_value": False, "callback": remember, "hidden": hidden}
    return [
        click.Option(
            ["--color"],
            type=click.Choice(["auto", "always", "never"]),
            help=gettext_noop("Colour the output."),
            is_eager=True,
            **common,
        ),
        click.Option(
            ["--no-input"],
            is_flag=True,
            default=None,
            help=gettext_noop("Ask nothing; name what is missing."),
            is_eager=True,
            **common,
        ),
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            default=None,
            help=gettext_noop("Leave out remarks, such as the next command."),
            is_eager=True,
            **common,
        ),
        click.Option(
            ["--debug"],
            is_flag=True,
            default=None,
            help=gettext_noop("Show the trace of an error."),
            is_eager=True,
            **common,
        ),
    ]


def _readable_numbers(args: Iterable[str]) -> Iterable[str]:
    previous = ""
    for arg in args:
        # The minus sign proper: Click takes a hyphen for the beginning of an option.
        if _NEGATIVE.match(arg) and not _OPTION.fullmatch(previous):
            yield "−" + arg[1:]
        else:
            yield arg
        previous = arg
