"""The commands as a tree: found in their folders, walked, and looked up by their words."""

import os
from collections.abc import Iterator, Sequence
from importlib import import_module

import click

from crm.cli.help.text import TranslatedHelp

ALIASES = {"ls": "list", "new": "create"}

Words = tuple[str, ...]


class Stub(TranslatedHelp, click.Command):
    """Stands for a command until it is run: its name is enough to suggest and complete it.

    ``module`` is where it lies. Without ``short_help`` it is loaded to say what it does.
    """

    def __init__(self, name: str, module: str, *, is_group: bool) -> None:
        super().__init__(name)
        self.module = module
        self.is_group = is_group

    def load(self) -> click.Command:
        """Import the command, which bears the name of its module."""
        module = import_module(self.module)
        name = self.module.rpartition(".")[2]
        # One underscore more where Python has a word of that name: list_, help_.
        command: click.Command = getattr(module, name, None) or getattr(module, f"{name}_")
        return command

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the sentence that says what the command does."""
        if self.short_help is None:
            return self.load().get_short_help_str(limit)
        return super().get_short_help_str(limit)


def find_commands(package: str) -> dict[str, Stub]:
    """Return the commands that lie in a package, by name: a module each; a folder is a group."""
    (folder,) = import_module(package).__path__
    found = {}
    for file in sorted(os.listdir(folder)):
        module, extension = os.path.splitext(file)
        is_group = os.path.isfile(os.path.join(folder, file, "__init__.py"))
        if module[0] not in "._" and (extension == ".py" or is_group):
            name = module.rstrip("_").replace("_", "-")  # import_.py, as Python has an import
            found[name] = Stub(name, f"{package}.{module}", is_group=is_group)
    return found


def every_command(group: click.Group, *path: str) -> Iterator[tuple[Words, click.Command]]:
    """Yield the commands and groups below ``group``, loaded, with their words, as help has them."""
    for name, found in group.commands.items():
        command = found.load() if isinstance(found, Stub) else found
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from every_command(command, *path, name)


def every_path(group: click.Group, *path: str) -> Iterator[Words]:
    """Yield the words of each command below ``group``; none is loaded but the groups."""
    for name, found in group.commands.items():
        inner = found.load() if isinstance(found, Stub) and found.is_group else found
        if isinstance(inner, click.Group):
            yield from every_path(inner, *path, name)
        else:
            yield (*path, name)


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
