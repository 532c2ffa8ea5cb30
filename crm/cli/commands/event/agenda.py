"""epicevents event agenda."""

from typing import TYPE_CHECKING, Any

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import CALENDAR, json_option, output_option
from crm.cli.reading import moments, records
from crm.cli.types import PERIOD, SUPPORT_USER
from crm.domain.errors import UsageFault
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from datetime import date

    from crm.domain.periods import Period
    from crm.domain.rows import Row

DAYS = 7  # that are shown unasked
MOST = 366  # days

# What one line of an agenda says in a pipe.
_SHOWN = (
    "start_date", "end_date", "id", "name", "client", "location", "support_contact", "attendees",
)  # fmt: skip
_CLASHES = Field("clashes_with", Kind.TEXT)


@click.command(cls=Command)
@click.option("--week", is_flag=True, help=_("Show the whole week, Monday to Sunday."))
@click.option("--from", "first", type=PERIOD, help=_("First day; today by default."))
@click.option("--to", "last", type=PERIOD, help=_("Last day; by default seven days are shown."))
@click.option("--support", type=SUPPORT_USER, help=_("Only events run by USER."))
@click.option("--mine", is_flag=True, help=_("Only your own events."))
@output_option("table", "json", "csv", CALENDAR)
@json_option
@click.pass_obj
def agenda(
    app: App,
    /,
    week: bool,
    first: Any,
    last: Any,
    support: str | None,
    mine: bool,
    output: str,
) -> None:
    """Show the days ahead, with events, hours and free days (everybody).

    Events that one person runs at the same time are marked. A pipe gets one line per event.

    \b
    Examples:
      epicevents event agenda
      epicevents event agenda --week --mine
      epicevents event agenda --week --from +7d --support Dubois
      epicevents event agenda --from 2026-06 -o ics > june.ics
    """
    from crm.domain.times import day_bounds
    from crm.queries import event as query
    from crm.queries import reference, schedule
    from crm.queries.listing import Request
    from crm.queries.pages import read_page

    period = _parse_period(app.today, first, last, week=week)
    bounds = day_bounds(period, app.settings.timezone)
    filters: dict[str, Any] = {"during": query.format_during(*bounds)}
    if output != CALENDAR:  # calendars learn what was cancelled
        filters["cancelled"] = False
    with app.transaction() as tx:
        if support is not None:
            filters["support"] = reference.find_user_id(tx, support)
        rows = read_page(tx, query.LISTING, Request(filters=filters, mine=mine)).rows
        clashes = schedule.find_clashes(tx, [row.id for row in rows])
        installation = query.read_installation(tx) if output == CALENDAR else ""
    if output == CALENDAR:
        from crm.cli.output import calendar

        calendar.write_calendar(query.LISTING.fields, rows, app.console.stream, installation)
    elif output != "table":
        from crm.cli.output import export

        as_json = output == "json"
        told = [(*row, _format_clashes(clashes.get(row.id, []), as_json=as_json)) for row in rows]
        fields = (*query.LISTING.fields, _CLASHES)
        export.write_listing(
            "json" if as_json else "csv", fields, told, app.console.stream, app.console.zone
        )
    else:
        _show(app, rows, clashes, period)


def _show(app: App, rows: "list[Row]", clashes: dict[int, list[int]], period: "Period") -> None:
    from crm.cli.output import agenda as layout
    from crm.cli.output import table
    from crm.queries.event import LISTING

    found = [records.map_fields(LISTING.fields, row) for row in rows]
    if not rows and not app.console.out.interactive:
        app.console.note(
            _("No events from {first} to {last}.").format(first=period.first, last=period.last)
        )
    elif not app.console.out.interactive:
        fields = [*map(LISTING.find_field, _SHOWN), _CLASHES]
        told = [
            (
                *(record[name] for name in _SHOWN),
                _format_clashes(clashes.get(record["id"], [])) or None,
            )
            for record in found
        ]
        table.show_listing(fields, told, app.console)
    else:
        entries = [
            layout.AgendaEvent(
                **{name: record[name] for name in layout.AgendaEvent._fields if name in record},
                clashes_with=clashes.get(record["id"], []),
            )
            for record in found
        ]
        layout.show_agenda(entries, period, app.console, lambda day: _format_title(app, day))


def _format_title(app: App, day: "date") -> str:
    names = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    name = names.get((day - app.today).days)
    title = f"{moments.format_weekday(day)} {day.isoformat()}"
    return f"{title}, {name}" if name else title


def _format_clashes(ids: list[int], *, as_json: bool = False) -> Any:
    return ids if as_json else ", ".join(map(str, ids))


def _parse_period(today: "date", first: Any, last: Any, *, week: bool) -> "Period":
    from datetime import timedelta

    from crm.domain.periods import Period, week_of

    start = first.first if first else today
    if last:
        end = last.last
    elif first and first.last != first.first:
        end = first.last  # a month or a year
    else:
        end = start if week else start + timedelta(days=DAYS - 1)
    if week:
        start, end = week_of(start).first, week_of(end).last
    if end < start:
        raise UsageFault(
            _("--to is before the first day, {day}.").format(day=start.isoformat()),
            hint=_("Add --from, or give a later --to."),
        )
    if (end - start).days >= MOST:
        raise UsageFault(
            _("An agenda shows at most {most} days.").format(most=MOST),
            hint=_("For more: epicevents event list --from DATE --to DATE"),
        )
    return Period(start, end)
