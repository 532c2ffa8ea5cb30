"""What was done, one transaction after the other: when, who, by which command, and what changed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from crm.cli.output.cells import wrap
from crm.cli.output.columns import build_presenter, find_column
from crm.cli.output.console import Console
from crm.cli.output.table import GAP, show_listing
from crm.cli.output.terminal import Terminal
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _
from crm.domain.times import format_wall_clock


class WrittenRecord(NamedTuple):
    """A record that was written; ``action`` is INSERT, UPDATE or DELETE.

    ``changes`` are a field each, with its old and new value. ``title`` is the record and what
    happened to it, empty where that goes without saying.
    """

    record: str
    title: str
    action: str
    reason: str | None
    changes: Sequence[tuple[Field, Any, Any]]


class Moment(NamedTuple):
    """One transaction: when, in naive UTC, who, by which command, and the records it wrote.

    ``number`` is its own, by which it is taken back; ``undoing`` says what of that there was.
    """

    at: datetime
    who: str
    command: str
    number: int
    undoing: str
    entries: Sequence[WrittenRecord]


def show_timeline(moments: Sequence[Moment], console: Console) -> None:
    """Hold what was done for stdout: a block each on a terminal, a change a line into a pipe."""
    if not console.out.interactive:
        show_listing(_FIELDS, list(_rows(moments, console)), console)
        return
    blocks = ["\n".join(_block(moment, console)) for moment in moments]
    console.show("\n\n".join(blocks) + "\n", paged=True)


def format_change(
    field: Field,
    old: Any,
    new: Any,
    action: str,
    console: Console,
    terminal: Terminal | None = None,
) -> str:
    """Return ``field: old → new``, or the only value where there is one, as of a new record.

    It is for stdout, unless another ``terminal`` is named.
    """
    terminal = terminal or console.out
    present = build_presenter(field, console, terminal)
    values = {"INSERT": [new], "DELETE": [old]}.get(action, [old, new])
    if old == new:  # as of a password, which is not kept
        values = [new]
    shown = terminal.fit(" → ").join(map(present, values))
    return f"{terminal.text(find_column(field).heading)}: {shown}"


_FIELDS = (
    Field("at", Kind.TIMESTAMP),
    Field("employee"),
    Field("command"),
    Field("record"),
    Field("action", Kind.CODE),
    Field("field"),
    Field("old"),
    Field("new"),
    Field("reason"),
    Field("transaction_id", Kind.ID),
    Field("undoing"),
)


def _rows(moments: Sequence[Moment], console: Console) -> Iterator[tuple[Any, ...]]:
    for moment in moments:
        for entry in moment.entries:
            written = (*moment[:3], entry.record, entry.action)
            last = (entry.reason, moment.number, moment.undoing or None)
            for each in entry.changes:
                yield (*written, *_format_sides(*each, console), *last)
            if not entry.changes:
                yield (*written, None, None, None, *last)


def _format_sides(field: Field, old: Any, new: Any, console: Console) -> list[str | None]:
    present = build_presenter(field, console, console.out)
    words = [None if value is None else present(value) for value in (old, new)]
    return [find_column(field).heading, *words]


def _block(moment: Moment, console: Console) -> Iterator[str]:
    terminal = console.out
    when = format_wall_clock(moment.at, console.zone)
    named = f"{when}{GAP}{terminal.text(moment.who)}"
    command = terminal.text(moment.command)
    said = [terminal.paint(named, "title")]
    said += [terminal.paint(command, "command")] if command else []
    number = ", ".join(filter(None, [f"#{moment.number}", moment.undoing]))
    yield GAP.join([*said, terminal.paint(terminal.text(number), "quiet")])
    reason = None
    for entry in moment.entries:
        if entry.reason and entry.reason != reason:
            reason = entry.reason
            yield from _format_line(_("Reason"), terminal.text(reason), GAP, terminal)
        indent = GAP
        if entry.title:
            yield GAP + terminal.text(entry.title)
            indent = GAP * 2
        for field, old, new in entry.changes:
            label, _colon, value = format_change(field, old, new, entry.action, console).partition(
                ": "
            )
            yield from _format_line(label, value, indent, terminal)
        if not entry.changes:
            yield indent + terminal.paint(terminal.text(_("no field changed")), "missing")


def _format_line(label: str, value: str, indent: str, terminal: Terminal) -> Iterator[str]:
    label += ":"
    # Too narrow a terminal breaks the line itself, better than one word under the other.
    first, *rest = wrap(f"{label} {value}", max(terminal.width - len(indent + GAP), 20))
    yield indent + terminal.paint(label, "label") + first.removeprefix(label)
    yield from (indent + GAP + line for line in rest)
