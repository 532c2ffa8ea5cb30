"""Whole days, from a first to a last: the calendar's own periods, and steps from one to another."""

from datetime import date, timedelta
from typing import NamedTuple

FIRST_YEAR, LAST_YEAR = 1900, 2999


class Period(NamedTuple):
    """Whole days from ``first`` to ``last``, both included."""

    first: date
    last: date


def day_of(day: date) -> Period:
    """Return the period of a single day."""
    return Period(day, day)


def week_of(day: date) -> Period:
    """Return the week of ``day``, Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=6))


def month_of(day: date) -> Period:
    """Return the month of ``day``, its first to its last day."""
    first = day.replace(day=1)
    next_month = (first + timedelta(days=32)).replace(day=1)
    return Period(first, next_month - timedelta(days=1))


def quarter_of(day: date) -> Period:
    """Return the quarter of ``day``: three whole months."""
    first = day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return Period(first, month_of(add_months(first, 2)).last)


def year_of(day: date) -> Period:
    """Return the calendar year of ``day``."""
    return Period(day.replace(month=1, day=1), day.replace(month=12, day=31))


def add_months(day: date, number: int) -> date:
    """Return the same day ``number`` months later, or the last one of a month that is too short.

    Raises OverflowError beyond the years that Python counts.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    last = month_of(date(year, month + 1, 1)).last
    return last.replace(day=min(day.day, last.day))


# One step of each unit: days are exact, months and years keep the day of the month.
def add(day: date, number: int, unit: str) -> date:
    """Return ``day`` moved by ``number`` units: day, week, month, quarter or year.

    Raises OverflowError beyond the years that Python counts.
    """
    if unit in ("day", "week"):
        return day + timedelta(days=number * (7 if unit == "week" else 1))
    return add_months(day, number * {"month": 1, "quarter": 3, "year": 12}[unit])


def around(day: date, unit: str) -> Period:
    """Return the day, week, month, quarter or year that ``day`` lies in."""
    periods = {"day": day_of, "week": week_of, "month": month_of, "quarter": quarter_of}
    return periods.get(unit, year_of)(day)
