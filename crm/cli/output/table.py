"""A listing for people: fitted to a terminal, or one whole record a line into a pipe."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from crm.cli.output.cells import cut, pad, width, wrap
from crm.cli.output.columns import (
    LEAST_WIDTH,
    RIGHT,
    build_presenter,
    build_styler,
    find_column,
    format_headings,
)
from crm.cli.output.console import Console
from crm.cli.output.headings import Column
from crm.cli.output.terminal import Terminal
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

GAP = "  "
# Where nothing can be hidden any more. What is wider even so stays readable, and wraps.
_LEAST_OF_ALL = dict.fromkeys(LEAST_WIDTH, 4)
_WIDEST_IN_A_PIPE = 120  # cells that a column is filled up to


class _LaidColumn:
    """A column with its cells and its width."""

    def __init__(
        self, field: Field, look: Column, heading: str, cells: list[str], width: int
    ) -> None:
        self.field = field
        self.rank = look.rank
        self.lines = look.lines
        self.heading = heading
        self.cells = cells
        self.width = width

    def least(self, readable: dict[Kind, int]) -> int:
        """How narrow it may become; its heading is never cut."""
        return min(self.width, max(readable.get(self.field.kind, self.width), width(self.heading)))


def show_listing(
    fields: Sequence[Field],
    rows: Iterable[Sequence[Any]],
    console: Console,
    *,
    exact: bool = False,
) -> None:
    """Hold a listing for stdout: one record a line, under headings, in the order given.

    On a terminal it fits the width: long texts are cut with ``…``, some after several lines, then
    the least important columns are hidden, and a note names them. With ``exact``, for fields that
    the person chose, none is hidden. Into a pipe nothing is cut. An empty listing is only a note.
    """
    rows = list(rows)
    if not rows:
        console.note(_("Nothing to show."))
        return
    lines, hidden = lay_out(fields, rows, console, console.out, exact=exact)
    console.show("\n".join(lines) + "\n", paged=True)
    if hidden:
        headings = format_headings(fields, hidden)
        console.note(
            _("Hidden for lack of width: {headings}. Show them with --fields.").format(
                headings=headings
            )
        )


def lay_out(
    fields: Sequence[Field],
    rows: Sequence[Sequence[Any]],
    console: Console,
    terminal: Terminal,
    *,
    exact: bool = False,
    indent: str = "",
    low: bool = False,
) -> tuple[list[str], list[str]]:
    """Return the lines of a table, and the names of the fields that had to be hidden.

    In a ``low`` one each record has one line.
    """
    laid = [
        _build_column(field, index, rows, console, terminal) for index, field in enumerate(fields)
    ]
    if low:
        for column in laid:
            column.lines = 1
    hidden: list[str] = []
    if terminal.interactive:
        hidden = _fit(laid, terminal.width - len(indent), exact=exact)
    return [indent + line for line in _lines(laid, fields, rows, terminal)], hidden


def _build_column(
    field: Field, index: int, rows: Sequence[Sequence[Any]], console: Console, terminal: Terminal
) -> _LaidColumn:
    look = find_column(field)
    heading = terminal.text(look.heading)
    present = build_presenter(field, console, terminal)
    cells = [present(row[index]) for row in rows]
    widths = [width(cell) for cell in cells]
    if not terminal.interactive:
        # One endless value must not spread every other record; it sticks out of its own line only.
        widths = [size for size in widths if size <= _WIDEST_IN_A_PIPE]
    return _LaidColumn(field, look, heading, cells, max([width(heading), *widths]))


def _fit(laid: list[_LaidColumn], room: int, *, exact: bool) -> list[str]:
    """Narrow the columns to ``room`` cells in all, hiding what must be; return the hidden names."""
    chosen: list[_LaidColumn] = []
    # What matters most is given its place first; what does not fit beside it is hidden.
    for each in sorted(laid, key=lambda each: each.rank):
        wider = [*chosen, each]
        if exact or each.rank == 0 or _total_width([it.least(LEAST_WIDTH) for it in wider]) <= room:
            chosen = wider
    hidden = [each.field.name for each in laid if each not in chosen]
    laid[:] = [each for each in laid if each in chosen]
    for readable in (LEAST_WIDTH, _LEAST_OF_ALL):
        least = [each.least(readable) for each in laid]
        if _total_width(least) <= room:
            _shrink(laid, least, room)
            break
    else:
        for each in laid:
            each.width = each.least(LEAST_WIDTH)
    return hidden


def _total_width(widths: list[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _shrink(laid: list[_LaidColumn], least: list[int], room: int) -> None:
    """Take cells from whichever column is the widest until all fit, which they can."""
    widths = [min(each.width, room) for each in laid]
    while _total_width(widths) > room:
        givers = [index for index, low in enumerate(least) if widths[index] > low]
        widths[max(givers, key=widths.__getitem__)] -= 1
    for each, narrowed in zip(laid, widths, strict=True):
        each.width = narrowed


def _lines(
    laid: list[_LaidColumn],
    fields: Sequence[Field],
    rows: Sequence[Sequence[Any]],
    terminal: Terminal,
) -> Iterator[str]:
    yield _line(laid, [each.heading for each in laid], ["heading"] * len(laid), terminal)
    if terminal.interactive:
        yield terminal.paint(
            terminal.fit("─") * _total_width([each.width for each in laid]), "rule"
        )
    names = [field.name for field in fields]
    styles = [(names.index(each.field.name), build_styler(each.field)) for each in laid]
    active = names.index("is_active") if "is_active" in names else None
    for number, row in enumerate(rows):
        if active is not None and row[active] is False:
            row_styles: list[str | None] = ["inactive"] * len(laid)
        else:
            row_styles = [style(row[index]) for index, style in styles]
        cells = [_wrap_cell(each, number, terminal) for each in laid]
        for texts in zip_longest(*cells, fillvalue=""):
            yield _line(laid, texts, row_styles, terminal)


def _wrap_cell(column: _LaidColumn, number: int, terminal: Terminal) -> list[str]:
    """Return the lines of a cell: all of it in a pipe, on a terminal what there is room for."""
    cell = column.cells[number]
    if not terminal.interactive:
        return [cell]
    if column.lines == 1 or width(cell) <= column.width:
        return [cut(cell, column.width, terminal.ellipsis)]
    # Ten thousand characters need not be broken into lines to show three of them.
    lines = wrap(cell[: column.width * (column.lines + 1) * 8], column.width)
    if len(lines) > column.lines:
        last = " ".join(lines[column.lines - 1 : column.lines + 1])
        lines[column.lines - 1 :] = [cut(last, column.width, terminal.ellipsis)]
    return lines


def _line(
    laid: list[_LaidColumn], texts: Sequence[str], styles: Sequence[str | None], terminal: Terminal
) -> str:
    return GAP.join(
        pad(text, each.width, right=each.field.kind in RIGHT, painted=terminal.paint(text, style))
        for each, text, style in zip(laid, texts, styles, strict=True)
    ).rstrip()
