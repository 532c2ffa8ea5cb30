"""Parameters that are asked for where they are missing: which, and what they are called.

Required arguments are asked for before a command runs; what it asks for itself, once they are
there, is an AskedLater.
"""

from collections.abc import Iterable
from typing import Any

import click
from click.core import ParameterSource

from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _


class AskedLater(click.Parameter):
    """What a command asks for itself where it is missing, once its arguments are there."""

    not_with = ""  # the flag with which it does without

    @property
    def option_label(self) -> str:
        """What it is called where nothing may be asked."""
        return self.opts[-1] if isinstance(self, click.Option) else (self.name or "").upper()

    def is_missing(self, ctx: click.Context) -> bool:
        """Whether the command that was typed would ask for it."""
        return ctx.params.get(self.name or "") is None and not ctx.params.get(self.not_with)


class AskedOption(AskedLater, click.Option):
    """An option that is asked for."""


class AskedArgument(AskedLater, click.Argument):
    """An argument that need not be typed, and is asked for."""

    def __init__(self, *args: Any, not_with: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"required": False})
        self.not_with = not_with


class ExclusiveOption(click.Option):
    """An option that is refused beside those that ``not_with`` names."""

    def __init__(self, *args: Any, not_with: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.not_with = frozenset(not_with)


def refuse_contradictions(ctx: click.Context, words: list[str]) -> None:
    """Refuse flags that say yes and no at once, and options of which one leaves no room for others.

    ``words`` are what was typed after the command. Raises UsageFault ``contradictory_options``.
    """
    options = [each for each in ctx.command.params if isinstance(each, click.Option)]
    typed = set(words[: words.index("--")] if "--" in words else words)
    for option in options:
        if option.secondary_opts and typed & {*option.opts} and typed & {*option.secondary_opts}:
            raise _contradiction_error(option.opts[-1], option.secondary_opts[-1])
    given = [each for each in options if _is_given(ctx, each)]
    for option in given:
        if isinstance(option, ExclusiveOption):
            for other in given:
                if other.name in option.not_with:
                    raise _contradiction_error(option.opts[-1], other.opts[-1])


def _is_given(ctx: click.Context, option: click.Option) -> bool:
    return ctx.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE


def _contradiction_error(one: str, other: str) -> UsageFault:
    return UsageFault(
        _("{one} and {other} exclude each other.").format(one=one, other=other),
        hint=_("Leave one of them out."),
        code="contradictory_options",
    )


def make_askable(params: Iterable[click.Parameter]) -> list[click.Argument]:
    """Return the required arguments that are asked for when they are missing; Click lets them be.

    They are shown as required all the same.
    """
    askable = [each for each in params if isinstance(each, click.Argument) and each.required]
    for each in askable:
        each.required = False
        each.metavar = each.metavar or _usage_name(each)
    return askable


def _usage_name(argument: click.Argument) -> str:
    """Return how an argument stands in the line of usage: its name, or its choices."""
    if isinstance(argument.type, click.Choice):
        return f"{{{'|'.join(map(str, argument.type.choices))}}}"
    return (argument.name or "").upper() + "..." * (argument.nargs != 1)


def name_argument(argument: click.Argument) -> str:
    """Return what an argument is called where it is missing."""
    if isinstance(argument.type, click.Choice):
        return (argument.name or "").upper()
    return str(argument.metavar)


def move_to_first(ctx: click.Context, params: Iterable[click.Parameter]) -> None:
    """Give a single word to the records that come first: ``assign 7`` names an event, no colleague.

    Click fills from the end what follows an argument that takes several.
    """
    names = [each.name or "" for each in params if isinstance(each, click.Argument)]
    given = [name for name in names if ctx.params.get(name)]
    if given and ctx.params.get(names[0]) == ():
        ctx.params[names[0]] = (ctx.params[given[0]],)
        ctx.params[given[0]] = None
