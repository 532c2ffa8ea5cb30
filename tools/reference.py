"""Writes the command reference from the program's own commands and topics.

Run it as ``python -m tools.reference`` after a change; a test says when it was forgotten.
"""

from collections.abc import Iterator
from pathlib import Path

import click

from crm.cli.commands import SECTIONS
from crm.cli.completion import PROGRAM
from crm.cli.groups import SETTINGS
from crm.cli.help.topic import lay_out_topic
from crm.cli.help.topics import TOPICS
from crm.cli.main import root
from crm.cli.tree import every_command, resolve

REFERENCE = Path(__file__).parents[1] / "docs" / "reference.md"
WIDTH = 100  # columns

HEAD = """\
<!-- Written by tools/reference.py: change the commands, not this page. -->
# Command reference

Every command and topic, as `epicevents help` shows them.
"""


def reference() -> str:
    """Return the page in Markdown, in the order and under the sections of help."""
    return "\n".join([HEAD, *_parts()])


def _parts() -> Iterator[str]:
    yield _block(_help())
    for section, names in SECTIONS.items():
        yield f"## {section}\n"
        for name in names:
            yield from _command(name)
    yield "## Topics\n"
    for name, topic in TOPICS.items():
        yield f"### {PROGRAM} help {name}\n\n{_block(lay_out_topic(topic(), WIDTH))}"


def _command(name: str) -> Iterator[str]:
    yield f"### {PROGRAM} {name}\n\n{_block(_help(name))}"
    for words, _found in every_command(root):
        if words[0] == name and len(words) > 1:
            yield f"#### {PROGRAM} {' '.join(words)}\n\n{_block(_help(*words))}"


def _help(*words: str) -> str:
    context = click.Context(root, info_name=PROGRAM, terminal_width=WIDTH, **SETTINGS)
    return resolve(context, words)[0].get_help()


def _block(text: str) -> str:
    return f"```text\n{text}\n```\n"


if __name__ == "__main__":
    REFERENCE.write_text(reference(), "utf-8")
