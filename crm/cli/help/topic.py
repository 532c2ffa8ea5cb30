"""One page of ``epicevents help TOPIC``, and how it is laid out."""

from typing import NamedTuple

import click

Terms = list[tuple[str, str]]


class Topic(NamedTuple):
    """One page: its title, and paragraphs and lists of terms with their meanings."""

    title: str
    parts: list[str | Terms]


def lay_out_topic(topic: Topic, width: int) -> str:
    """Return a topic, laid out."""
    formatter = click.HelpFormatter(width=width)
    formatter.write(f"{topic.title}\n")
    with formatter.indentation():
        for part in topic.parts:
            formatter.write_paragraph()
            if isinstance(part, str):
                formatter.write_text(part)
            else:
                formatter.write_dl(part)
    return formatter.getvalue().rstrip("\n")
