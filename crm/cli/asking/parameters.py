"""Parameters that are asked for where they are missing: which, and what they are called.

Required arguments are asked for before a command runs; what it asks for itself, once they are
there, is an AskedLater.
"""

from collections.abc import Iterable
from typing import Any

import click


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
