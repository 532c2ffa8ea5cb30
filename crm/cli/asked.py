"""Options and arguments that a command asks for itself, once its arguments are there."""

from typing import Any

import click


class AskedLater(click.Parameter):
    """What a command asks for itself where it is missing, once its arguments are there."""

    not_with = ""  # the flag with which it does without

    @property
    def asked_as(self) -> str:
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
