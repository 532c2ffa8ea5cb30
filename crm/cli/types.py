"""What a word of the command line means: a value that is read, or a file."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from crm.cli.app import App

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from click.shell_completion import CompletionItem


class Typed(click.ParamType[Any]):
    """What a typed text means: ``read`` takes the text, the app and the option's name.

    A wrong text raises the error of its reader, which says what is wrong with it. ``completed_by``
    names what :mod:`crm.cli.completion.candidates` completes it by.
    """

    def __init__(
        self, name: str, read: Callable[[str, App, str], Any], completed_by: str | None = None
    ) -> None:
        self.name = name
        self.read = read
        self.completed_by = completed_by

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value that was typed; one that is only passed on the way to another stays."""
        if not isinstance(value, str) or ctx is None or ctx.resilient_parsing:
            return value
        return self.read(value, ctx.find_root().obj, param.opts[-1] if param else self.name)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem[Any]]":
        """Return what the text that is being typed may become."""
        if self.completed_by is None:
            return []
        from crm.cli.completion.candidates import COMPLETERS

        return COMPLETERS[self.completed_by](ctx, param, incomplete)


class File(click.Path):
    """The path of a file; it becomes a ``pathlib.Path`` when there is one."""

    def coerce_path_result(self, value: "str | os.PathLike[str]") -> "Path":
        """Return the path."""
        from pathlib import Path

        return Path(value)
