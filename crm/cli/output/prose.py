"""Sentences on a terminal: broken at spaces, and a command to copy is not broken at all."""

import re
from collections.abc import Iterator

from crm.cli.output.cells import width

GAP = "  "
_COMMAND = re.compile(r"epicevents [^,;()\n]*")
_KEPT = "\x00"  # stands for a space inside a command; no text that is shown holds one


def wrap_sentence(text: str, room: int, before: int = 0) -> str:
    """Return ``text`` in lines of at most ``room`` cells; those that continue one are indented.

    ``before`` cells of its first line are taken already. What is longer than a line stays whole:
    the terminal goes on in the next, and it is copied as it was.
    """
    if len(text) * 2 + before <= room:
        return text
    first, *others = text.split("\n")
    return "\n".join([_line(first, room, before), *(_line(line, room, 0) for line in others)])


def _line(line: str, room: int, before: int) -> str:
    if before + width(line) <= room:
        return line
    kept = _COMMAND.sub(lambda found: found[0].replace(" ", _KEPT), line)
    return "\n".join(_pieces(kept, room, before)).replace(_KEPT, " ")


def _pieces(line: str, room: int, used: int) -> Iterator[str]:
    indent = line[: len(line) - len(line.lstrip(" "))]
    current, *words = line.removeprefix(indent).split(" ")
    current = indent + current
    for word in words:
        if used + width(current) + 1 + width(word) <= room:
            current += f" {word}"
            continue
        yield current
        current, used = indent + GAP + word, 0
    yield current
