"""One record for people: its values, what belongs to it and what can be done next."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from crm.cli.output.cells import cut, pad, width, wrap
from crm.cli.output.columns import (
    RARE,
    build_presenter,
    build_styler,
    find_column,
    format_headings,
    sheet_field,
)
from crm.cli.output.console import Console
from crm.cli.output.table import GAP, lay_out
from crm.cli.output.terminal import Terminal
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

_WIDEST_CHANGE = 60  # cells of an old or new value on a terminal


class RelatedRecords(NamedTuple):
    """Records that belong to the one shown, as a small table under their own title."""

    title: str
    fields: Sequence[Field]
    rows: Sequence[Sequence[Any]]
    headed: bool = True  # whether the columns need a heading to be understood


class NextCommand(NamedTuple):
    """A command that comes next, and what it does."""

    line: str
    purpose: str


def show_sheet(
    title: str,
    fields: Sequence[Field],
    row: Sequence[Any],
    console: Console,
    *,
    related: Sequence[RelatedRecords] = (),
    commands: Sequence[NextCommand] = (),
    err: bool = False,
    brief: bool = False,
) -> None:
    """Hold the sheet of one record for stdout, or for stderr before a question (``err``).

    On a terminal long texts wrap beside their labels, and what another field says too is left out.
    Into a pipe each field is one whole line, ``label: value``, and the commands, which are not
    data, are left out. A ``brief`` sheet is to fit a screen: its sections follow each other
    closely, and of the commands it has those for which there is room.
    """
    terminal = console.err if err else console.out
    lines = []
    if terminal.interactive:
        lines += [
            terminal.paint(line, "title") for line in wrap(terminal.text(title), terminal.width)
        ]
        lines.append("")
    lines += _format_values(fields, row, console, terminal)
    hidden: list[str] = []
    for section in related:
        lines += [] if brief and terminal.interactive else [""]
        lines.append(terminal.paint(terminal.text(section.title), "title"))
        table, too_wide = _lay_out_section(section, console, terminal, low=brief)
        if brief and terminal.interactive and section.rows:
            table = table[:1] * section.headed + table[2:]
        lines += table
        hidden += too_wide
    console.show("\n".join(lines) + "\n", terminal, paged=not err)
    if hidden:
        headings = format_headings([each for part in related for each in part.fields], hidden)
        console.note(_("Hidden for lack of width: {headings}.").format(headings=headings))
    if commands and console.out.interactive:
        said = list(_format_commands(commands, console.err))
        if brief and len(lines) + len(said) >= terminal.height:
            # Without the title, but at least the first; a line is left for the prompt.
            said = said[2 : max(3, 1 + terminal.height - len(lines))]
        console.show("\n".join(said) + "\n", console.err)


def show_table(section: RelatedRecords, console: Console) -> None:
    """Hold a small table for stderr, before a question about it."""
    lines, _hidden = _lay_out_section(section, console, console.err)
    console.show("\n".join(lines) + "\n", console.err)


def format_changes(
    old: Mapping[str, Any], new: Mapping[str, Any], fields: Sequence[Field], console: Console
) -> list[str]:
    """Return a line ``label: old → new`` for each field whose value differs.

    Field names are the keys; one that is missing has no value.
    """
    terminal = console.err
    lines = []
    for field in fields:
        before, after = old.get(field.name), new.get(field.name)
        if before == after:
            continue
        present = build_presenter(field, console, terminal)
        shown = [present(before), present(after)]
        if terminal.interactive:
            shown = [cut(text, _WIDEST_CHANGE, terminal.ellipsis) for text in shown]
        lines.append(f"{find_column(field).heading}: {terminal.fit(' → ').join(shown)}")
    return lines


def _format_values(
    fields: Sequence[Field], row: Sequence[Any], console: Console, terminal: Terminal
) -> Iterator[str]:
    if not terminal.interactive:
        for field, value in zip(fields, row, strict=True):
            label = terminal.paint(terminal.text(find_column(field).heading), "label")
            text = build_presenter(field, console, terminal)(value)
            yield f"{label}: {terminal.paint(text, build_styler(field)(value))}"
        return
    names = {field.name for field in fields}
    shown = [
        (terminal.text(find_column(field).heading), field, value)
        for field, value in zip(fields, row, strict=True)
        if sheet_field(field.name) not in names and (value is not None or field.name not in RARE)
    ]
    ids = {field.name: value for field, value in zip(fields, row, strict=True)}
    size = max((width(label) for label, _field, _value in shown), default=0)
    room = terminal.width - size - 2 * len(GAP)
    for label, field, value in shown:
        style = build_styler(field)(value)
        margin = GAP + pad(label, size, painted=terminal.paint(label, "label")) + GAP
        lines = _wrap_value(field, value, console, terminal, room)
        number = ids.get(f"{field.name}_id")
        for line in _add_number(lines, number, room) if number is not None else lines:
            yield (margin + terminal.paint(line, style)).rstrip()
            margin = " " * (size + 2 * len(GAP))


def _add_number(lines: list[str], number: int, room: int) -> list[str]:
    """Return a name in lines, with the id of whoever it is behind it."""
    return [*lines[:-1], *wrap(f"{lines[-1]} ({number})", max(room, 10))]


def _wrap_value(
    field: Field, value: Any, console: Console, terminal: Terminal, room: int
) -> list[str]:
    present = build_presenter(field, console, terminal)
    if field.kind != Kind.LONG_TEXT or not value:
        paragraphs = [present(value)]
    else:
        # A line that is blank stays so: only a text that is empty altogether is a dash.
        paragraphs = [paragraph and present(paragraph) for paragraph in value.split("\n")]
    return [line for paragraph in paragraphs for line in wrap(paragraph, max(room, 10))]


def _lay_out_section(
    section: RelatedRecords, console: Console, terminal: Terminal, *, low: bool = False
) -> tuple[list[str], list[str]]:
    indent = GAP if terminal.interactive else ""
    if not section.rows:
        return [indent + terminal.paint(terminal.text(_("none")), "missing")], []
    return lay_out(section.fields, section.rows, console, terminal, indent=indent, low=low)


def _format_commands(commands: Sequence[NextCommand], terminal: Terminal) -> Iterator[str]:
    yield ""
    yield terminal.paint(terminal.text(_("Next")), "title")
    lines = [terminal.text(command.line) for command in commands]
    size = max(map(width, lines))
    for line, command in zip(lines, commands, strict=True):
        shown = pad(line, size, painted=terminal.paint(line, "command"))
        yield GAP + shown + GAP + terminal.paint(terminal.text(command.purpose), "quiet")
