"""The commands of the program as documents name them: found, and parsed without being run."""

import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from crm.cli.app import App
from crm.cli.main import root
from crm.cli.output.console import Console
from crm.cli.tree import Stub

REDIRECTIONS = {"<", ">", "|", "&&", "||", ";"}


def every_command(group: click.Group = root, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield each command that can be run, with its words after ``epicevents``."""
    for name, found in group.commands.items():
        command = found.load() if isinstance(found, Stub) else found
        if isinstance(command, click.Group):
            yield from every_command(command, *path, name)
        else:
            yield " ".join((*path, name)), command


def command_lines(text: str) -> list[str]:
    """Return the lines of ``text`` that run ``epicevents``, each with its continuation lines."""
    joined = re.sub(r"\\\n\s*", "", text)
    return re.findall(r"^\s*(?:\$ )?(epicevents .*)$", joined, re.MULTILINE)


def arguments(line: str) -> list[str]:
    """Return what the shell hands to ``epicevents``: words, without comments and redirections."""
    words = shlex.split(line, comments=True)[1:]
    end = next((at for at, word in enumerate(words) if word in REDIRECTIONS), len(words))
    return words[:end]


def parse(line: str, home: Path) -> str:
    """Parse a command line the way the program does; return its command's words.

    Raises what the parser raises for a mistake in it: click.UsageError or UsageFault.
    """
    # With the program's own settings: Click keeps the help option that it makes for a command.
    app = App(_nowhere(), {}, home)
    context = click.Context(root, info_name="epicevents", obj=app, **root.context_settings)
    command: click.Command | None = root
    path, rest = "", arguments(line)
    while isinstance(command, click.Group):
        name, command, rest = command.resolve_command(context, rest)
        path = f"{path} {command.name if command else name}"
        if isinstance(command, click.Group):
            context = click.Context(command, parent=context, info_name=name)
    assert command is not None
    command.make_context(command.name, rest, parent=context)
    return path.strip()


def _nowhere() -> Console:
    stdin, stdout, stderr = (io.StringIO() for _ in range(3))
    return Console(stdin=stdin, stdout=stdout, stderr=stderr, environ={})
