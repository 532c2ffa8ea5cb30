"""Several short lists on one screen, each line with the command that goes on from it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.cli.app import App
from crm.cli.output import cells
from crm.cli.output.console import Console
from crm.cli.output.table import GAP
from crm.cli.output.terminal import Terminal
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.queries.batch import Section

WIDEST = 100  # cells; into a pipe one endless text must not spread all other lines
LEAST = 12  # cells of a text that is cut; a second one that would get less is left out


class SectionLine(NamedTuple):
    """What it is about, more on that, a figure or a moment, and the command that comes next."""

    what: str
    more: str
    figure: str
    command: str
    style: str | None = None


class Part(NamedTuple):
    """Lines under a title, with how many there are in all and the command that lists those."""

    title: str
    lines: Sequence[SectionLine]
    total: int
    all_of_them: str = ""


def show_sections(parts: Sequence[Part], console: Console) -> None:
    """Hold the parts for stdout, their figures and commands aligned throughout.

    On a terminal what is too wide is cut with ``…``, never a figure or a command; into a pipe
    nothing is.
    """
    terminal = console.out
    lines = [line for part in parts for line in part.lines]
    figure = _measure_widest(line.figure for line in lines)
    about = max((_measure_about(part) for part in parts), default=0)
    if terminal.interactive:
        commands = _measure_widest(line.command for line in lines)
        about = min(about, terminal.width - commands - figure - len(GAP) * (2 + bool(figure)))
    laid = ["\n".join(_part(part, about, figure, terminal)) + "\n" for part in parts]
    console.show("\n".join(laid), paged=True)


def format_section(section: "Section", app: App) -> list[dict[str, str]]:
    """Return each row as people read it, by field."""
    from crm.cli.output.columns import build_presenter

    present = [build_presenter(field, app.console, app.console.out) for field in section.fields]
    names = [field.name for field in section.fields]
    return [
        dict(zip(names, (say(value) for say, value in zip(present, row, strict=True)), strict=True))
        for row in section.rows
    ]


def print_sections_json(
    app: App, head: Mapping[str, Any], sections: "Mapping[str, Section]"
) -> None:
    """Print one JSON object: the keys of ``head``, then each section's ``total`` and ``records``.

    ``total`` is null where counting stopped.
    """
    import json

    from crm.cli.output import export
    from crm.queries.batch import COUNTED

    stream, zone = app.console.stream, app.console.zone
    before = "{" + "".join(f"{json.dumps(key)}: {json.dumps(head[key])},\n" for key in head)
    for key, section in sections.items():
        total = json.dumps(section.total if section.total <= COUNTED else None)
        stream.write(f'{before}{json.dumps(key)}: {{"total": {total}, "records":\n')
        export.write_listing("json", section.fields, section.rows, stream, zone)
        before = "},\n"
    stream.write("}}\n")


def _measure_widest(texts: Iterable[str]) -> int:
    return min(max(map(cells.width, texts), default=0), WIDEST)


def _measure_about(part: Part) -> int:
    more = _measure_widest(line.more for line in part.lines)
    return _measure_widest(line.what for line in part.lines) + (len(GAP) + more if more else 0)


def _part(part: Part, about: int, figure: int, terminal: Terminal) -> Iterator[str]:
    from crm.queries.batch import COUNTED

    total = str(part.total) if part.total <= COUNTED else f"{COUNTED}+"
    title = terminal.paint(terminal.text(part.title), "title")
    yield f"{title}{GAP}{terminal.paint(total, 'quiet')}"
    # Where its own figures are shorter than others', the rest has more room.
    own = _measure_widest(line.figure for line in part.lines)
    about += figure - own + (len(GAP) if figure and not own else 0)
    figure = own
    what = min(_measure_widest(line.what for line in part.lines), max(about, LEAST))
    more = about - what - len(GAP)
    for line in part.lines:
        yield _line(line, what, more if more >= LEAST else 0, about, figure, terminal)
    if part.total > len(part.lines):
        left = part.total - len(part.lines)
        rest = _("and {count} more").format(count=left if part.total <= COUNTED else total)
        command = terminal.paint(terminal.text(part.all_of_them), "command")
        yield f"{GAP}{terminal.paint(terminal.text(rest), 'quiet')}{GAP}{command}".rstrip()


def _line(
    line: SectionLine, what: int, more: int, about: int, figure: int, terminal: Terminal
) -> str:
    def cell(text: str, size: int, style: str | None = None, *, right: bool = False) -> str:
        shown = terminal.text(text)
        if terminal.interactive:
            shown = cells.cut(shown, size, terminal.ellipsis)
        return cells.pad(shown, size, right=right, painted=terminal.paint(shown, style))

    columns = [cell(line.what, what if more else max(what, about))]
    if more:
        columns.append(cell(line.more, more, "quiet"))
    if figure:
        columns.append(cell(line.figure, figure, line.style, right=True))
    columns.append(terminal.paint(terminal.text(line.command), "command"))
    return GAP + GAP.join(columns)
