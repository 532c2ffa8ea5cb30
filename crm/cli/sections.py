"""Several short lists on one screen, each line with the command that goes on from it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.cli.app import App
from crm.cli.output import cells
from crm.cli.output.console import Console
from crm.cli.output.terminal import Terminal
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.queries.together import Section

GAP = "  "
LEAST = 12  # cells of a text that is cut; a second one that would get less is left out


class Line(NamedTuple):
    """What it is about, more on that, a figure or a moment, and the command that comes next."""

    what: str
    more: str
    figure: str
    command: str
    style: str | None = None


class Part(NamedTuple):
    """Lines under a title, with how many there are in all and the command that lists those."""

    title: str
    lines: Sequence[Line]
    total: int
    all_of_them: str = ""


def render(parts: Iterable[Part], console: Console) -> None:
    """Hold the parts for stdout, their columns aligned throughout.

    On a terminal what is too wide is cut with ``…``, never a figure or a command; into a pipe
    nothing is.
    """
    parts = list(parts)
    terminal = console.out
    sizes = _sizes([line for part in parts for line in part.lines], terminal)
    laid = ["\n".join(_part(part, sizes, terminal)) + "\n" for part in parts]
    console.show("\n".join(laid), paged=True)


def values(section: "Section", app: App) -> list[dict[str, str]]:
    """Return each row as people read it, by field."""
    from crm.cli.output.columns import presenter

    present = [presenter(field, app.console, app.console.out) for field in section.fields]
    names = [field.name for field in section.fields]
    return [
        dict(zip(names, (say(value) for say, value in zip(present, row, strict=True)), strict=True))
        for row in section.rows
    ]


def write_json(app: App, head: Mapping[str, Any], sections: "Mapping[str, Section]") -> None:
    """Print one JSON object: the keys of ``head``, then each section's ``total`` and ``records``.

    ``total`` is null where counting stopped.
    """
    import json

    from crm.cli.output import export
    from crm.queries.together import COUNTED

    stream, zone = app.console.stream, app.console.zone
    before = "{" + "".join(f"{json.dumps(key)}: {json.dumps(head[key])},\n" for key in head)
    for key, section in sections.items():
        total = json.dumps(section.total if section.total <= COUNTED else None)
        stream.write(f'{before}{json.dumps(key)}: {{"total": {total}, "records":\n')
        export.write("json", section.fields, section.rows, stream, zone)
        before = "},\n"
    stream.write("}}\n")


def _part(part: Part, sizes: Sequence[int], terminal: Terminal) -> Iterator[str]:
    from crm.queries.together import COUNTED

    left = part.total - len(part.lines)
    total = str(part.total) if part.total <= COUNTED else f"{COUNTED}+"
    title = terminal.paint(terminal.text(part.title), "title")
    yield f"{title}{GAP}{terminal.paint(total, 'quiet')}"
    for line in part.lines:
        yield _line(line, sizes, terminal)
    if left:
        rest = _("and {count} more").format(count=left if part.total <= COUNTED else total)
        command = terminal.paint(terminal.text(part.all_of_them), "command")
        yield f"{GAP}{terminal.paint(terminal.text(rest), 'quiet')}{GAP}{command}".rstrip()


def _sizes(lines: Sequence[Line], terminal: Terminal) -> list[int]:
    """Return the widths of the three columns before the command; 0 where one is left out."""
    texts = [(line.what, line.more, line.figure) for line in lines]
    sizes = [max(map(cells.width, column)) for column in zip(*texts, strict=True)] or [0, 0, 0]
    if not terminal.interactive:
        return sizes
    commands = max((cells.width(line.command) for line in lines), default=0)
    # Between two columns and before the first.
    room = terminal.width - commands - sizes[2] - len(GAP) * (2 + bool(sizes[2]))
    if sizes[0] + len(GAP) + sizes[1] > room:
        sizes[1] = max(room - sizes[0] - len(GAP), 0)
        if sizes[1] < LEAST:
            sizes[1] = 0
            sizes[0] = min(sizes[0], max(room, LEAST))
    return sizes


def _line(line: Line, sizes: Sequence[int], terminal: Terminal) -> str:
    texts = [terminal.text(text) for text in (line.what, line.more, line.figure)]
    shown = []
    for index, (text, size) in enumerate(zip(texts, sizes, strict=True)):
        if size:
            fitted = cells.cut(text, size, terminal.ellipsis) if terminal.interactive else text
            style = line.style if index == 2 else "quiet" if index == 1 else None
            painted = terminal.paint(fitted, style)
            shown.append(cells.pad(fitted, size, right=index == 2, painted=painted))
    shown.append(terminal.paint(terminal.text(line.command), "command"))
    return GAP + GAP.join(shown)
