"""Days and their hours, as people read a calendar."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from crm.cli.output.cells import cut, pad, width
from crm.cli.output.console import Console
from crm.cli.output.table import GAP
from crm.cli.output.terminal import Terminal
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext
from crm.domain.periods import Period
from crm.domain.times import format_wall_clock, to_local

_ONE_LINE = 110  # cells from which on an event takes one line
_LEAST = 10  # cells of a text that is cut
_INSTANT = timedelta(microseconds=1)


class AgendaEvent(NamedTuple):
    """An event: when, in naive UTC, and what people want to know of it.

    ``support_contact`` is empty where nobody runs it; ``clashes_with`` are the events that the same
    person runs at the same time.
    """

    id: int
    name: str
    start_date: datetime
    end_date: datetime
    client: str
    location: str
    support_contact: str | None
    attendees: int
    clashes_with: Sequence[int]


def show_agenda(
    entries: Iterable[AgendaEvent], period: Period, console: Console, title: Callable[[date], str]
) -> None:
    """Hold the days of ``period`` for stdout, each with its events; free days take one line.

    An event of several days stands on each of them: ``13:00 →``, ``all day``, ``→ 02:00``.
    ``title`` says a day.
    """
    days = _by_day(entries, period, console)
    layout = _Layout(days, console)
    blocks = []
    for first, last in _runs(period, days):
        heading = console.out.text(title(first))
        if first in days:
            lines = [console.out.paint(heading, "title")]
            lines += [line for hours, entry in days[first] for line in layout.lines(hours, entry)]
            blocks.append("\n".join(lines))
        else:
            if first != last:
                heading += console.out.text(f" – {title(last)}")
            blocks.append(
                console.out.paint(f"{heading}{GAP}{console.out.text(_('free'))}", "quiet")
            )
    console.show("\n\n".join(blocks) + "\n", paged=True)


Days = Mapping[date, Sequence[tuple[str, AgendaEvent]]]


def _by_day(entries: Iterable[AgendaEvent], period: Period, console: Console) -> Days:
    days: defaultdict[date, list[tuple[str, AgendaEvent]]] = defaultdict(list)
    for entry in entries:
        first = to_local(entry.start_date, console.zone).date()
        # An event that ends at midnight is none of the day that begins then.
        last = to_local(entry.end_date - _INSTANT, console.zone).date()
        day = max(first, period.first)
        while day <= min(last, period.last):
            days[day].append((_hours(entry, day, first, last, console), entry))
            day += timedelta(days=1)
    return days


def _hours(entry: AgendaEvent, day: date, first: date, last: date, console: Console) -> str:
    """Return what an event takes of a day, aligned at its start and its end."""
    clock = len("2026-06-04 ")
    start, end = (
        format_wall_clock(moment, console.zone)[clock:]
        for moment in (entry.start_date, entry.end_date)
    )
    if first == last:
        said = f"{start} – {end}"
    elif day == first:
        said = f"{start} →"
    elif day == last:
        said = f"      → {end}"
    else:
        said = _("all day")
    return console.out.text(said)


def _runs(period: Period, days: Days) -> Iterator[tuple[date, date]]:
    """Yield each day with events, and each row of days without as its first and last."""
    day = period.first
    while day <= period.last:
        last = day
        if day not in days:
            while last < period.last and last + timedelta(days=1) not in days:
                last += timedelta(days=1)
        yield day, last
        day = last + timedelta(days=1)


class _Layout:
    """How wide each part is, the same on all days."""

    def __init__(self, days: Days, console: Console) -> None:
        self._out = console.out
        shown = [(hours, entry) for entries in days.values() for hours, entry in entries]
        self._hours = max((width(hours) for hours, _entry in shown), default=0)
        room = self._out.width - len(GAP) - self._hours
        self._wide = self._out.width >= _ONE_LINE
        cells = [self._cells(entry) for _hours, entry in shown]
        self._widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
        flexible = range(len(self._widths) - 2) if self._wide else range(len(self._widths))
        room -= len(GAP) * len(self._widths)
        while sum(self._widths) > room:
            widest = max(flexible, key=self._widths.__getitem__)
            if self._widths[widest] <= _LEAST:
                break
            self._widths[widest] -= 1

    def lines(self, hours: str, entry: AgendaEvent) -> Iterator[str]:
        """Yield the lines of an event on one day."""
        out = self._out
        said = [
            pad(shown, size, painted=out.paint(shown, style))
            for shown, size, style in zip(
                (
                    cut(cell, size, out.ellipsis)
                    for cell, size in zip(self._cells(entry), self._widths, strict=True)
                ),
                self._widths,
                self._styles(entry),
                strict=True,
            )
        ]
        when = pad(hours, self._hours, painted=out.paint(hours, "label"))
        yield GAP.join(["", when, *said]).rstrip()
        margin = " " * (len(GAP) + self._hours + len(GAP))
        if not self._wide:
            about = ", ".join([out.text(entry.client), _place(entry, out), *self._figures(entry)])
            room = max(out.width - len(margin), _LEAST)
            yield margin + out.paint(_cut_middle(about, self._figures(entry), room, out), "quiet")
        if entry.clashes_with:
            others = ", ".join(map(str, entry.clashes_with))
            said_so = _("at the same time as event {ids}").format(ids=others)
            yield margin + out.paint(out.text(f"! {said_so}"), "warning")

    def _cells(self, entry: AgendaEvent) -> list[str]:
        out = self._out
        support = out.text(entry.support_contact or _("nobody"))
        if not self._wide:
            return [out.text(entry.name), support]
        return [
            out.text(entry.name),
            out.text(entry.client),
            _place(entry, out),
            support,
            *self._figures(entry),
        ]

    def _styles(self, entry: AgendaEvent) -> list[str | None]:
        support = None if entry.support_contact else "due"
        return [None, None, None, support, None, "quiet"] if self._wide else [None, support]

    def _figures(self, entry: AgendaEvent) -> list[str]:
        return [
            self._out.text(
                ngettext("{number} guest", "{number} guests", entry.attendees).format(
                    number=entry.attendees
                )
            ),
            self._out.text(_("event {id}").format(id=entry.id)),
        ]


def _place(entry: AgendaEvent, terminal: Terminal) -> str:
    return terminal.text(", ".join(entry.location.split("\n")))


def _cut_middle(text: str, figures: Sequence[str], room: int, terminal: Terminal) -> str:
    """Return ``text`` cut before its figures, which stay whole."""
    end = ", " + ", ".join(figures)
    return cut(text.removesuffix(end), max(room - width(end), _LEAST), terminal.ellipsis) + end
