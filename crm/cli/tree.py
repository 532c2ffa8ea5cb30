"""The commands as a tree: walked, and looked up by the words that name them."""

from collections.abc import Iterator, Sequence

import click

from crm.cli.groups import Stub

Words = tuple[str, ...]


def every_command(group: click.Group, *path: str) -> Iterator[tuple[Words, click.Command]]:
    """Yield the commands and groups below ``group``, loaded, with their words, as help has them."""
    for name, found in group.commands.items():
        command = found.load() if isinstance(found, Stub) else found
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from every_command(command, *path, name)


def resolve(context: click.Context, words: Sequence[str]) -> tuple[click.Context, list[str]]:
    """Return a context for the command that ``words`` begin with, and the words after its name.

    Nothing is parsed. Raises click.NoSuchCommand.
    """
    rest = list(words)
    while rest and isinstance(context.command, click.Group):
        name, command, rest = context.command.resolve_command(context, rest)
        if command is None:
            break
        context = click.Context(command, info_name=name, parent=context)
    return context, rest
