"""Calendar days as people type them, and the periods that they mean."""

from datetime import date

from crm.domain.date_forms import Asked, OtherWeekday, readings
from crm.domain.errors import InvalidValue
from crm.domain.i18n import gettext as _
from crm.domain.periods import FIRST_YEAR, LAST_YEAR, Period
from crm.domain.text import fold, quote

_LONGEST = 64  # characters; no form needs more


def parse_period(text: str, *, today: date, past: bool = False) -> Period:
    """Return the days that ``text`` means, as people write them in English and French.

    One day: ``2026-06-04``, ``04/06/2026`` and ``04/06/26`` (always day/month/year, as in France;
    a year of two digits is in this century), ``4 Jun 2026``, ``samedi 12 juin 2027``, ``June 12``,
    ``today``, ``avant-hier``, ``monday``, ``lundi prochain``, ``+30d``, ``-2w``, ``in 3 days``,
    ``il y a un mois``, ``fin du mois``, ``+30d eom``. More days: ``2026-06``, ``juin 2026``,
    ``2026``, ``2026-Q4``, ``2026-W05``, ``next week``. Case and accents do not matter; of names
    three letters are enough.

    A weekday and a date without a year mean the next one, today included; with ``past``, as for
    what has happened, they mean the last one.

    Raises InvalidValue: ``invalid_date``; ``ambiguous_date``, with the meanings in
    ``details["readings"]``, each of which is accepted as the answer; ``weekday_differs`` for a
    date that falls on another day of the week; ``date_out_of_range`` outside the years 1900 to
    2999.
    """
    periods = _meanings(text, Asked(today, past))
    if len(periods) > 1:
        raise ambiguous(text, [_written(period) for period in periods])
    return periods[0]


def parse_date(text: str, *, today: date, past: bool = False) -> date:
    """Return the one day that ``text`` means, in any form of ``parse_period`` that names a day.

    Raises InvalidValue: as ``parse_period``, and ``invalid_date`` for a month or a year.
    """
    period = parse_period(text, today=today, past=past)
    if period.first != period.last:
        raise InvalidValue(
            _("“{value}” means more than one day.").format(value=quote(text)),
            hint=_("Write one day, such as {day}.").format(day=period.first.isoformat()),
            code="invalid_date",
        )
    return period.first


def days_meant(text: str, *, today: date, past: bool = False) -> list[date]:
    """Return every single day that ``text``, which a time of the day follows, may mean.

    Raises InvalidValue as ``parse_date``, but for ``ambiguous_date``.
    """
    days = [day for day, last in _meanings(text, Asked(today, past)) if day == last]
    return days or [parse_date(text, today=today, past=past)]


def describe_date_forms() -> str:
    """Return the sentence that lists the forms of a date."""
    return _(
        "Write 2026-06-04, 04/06/2026 (day/month/year), 4 Jun 2026, today, tomorrow, yesterday, "
        "monday, next monday, in 3 days, +30d, -2w, +1m, +1y, eom, 2026-06, 2026-Q2, 2026-W05 or "
        "2026."
    )


def _meanings(text: str, asked: Asked) -> list[Period]:
    """Return what a text may mean, the earliest first, never nothing. Raises InvalidValue."""
    folded = fold(text).replace("’", "'") if len(text) <= _LONGEST else ""
    try:
        periods = readings(folded, asked)
    except OtherWeekday as other:
        # The weekday contradicts the date. One of them is a slip, and only the person knows which.
        raise _other_weekday(text, other.day) from None
    except ValueError:  # the 30th of February
        raise _not_in_calendar_error(text) from None
    except OverflowError:  # the year 10000
        raise _out_of_range_error(text) from None
    if not periods:
        raise InvalidValue(
            _("“{value}” is not a date.").format(value=quote(text)),
            hint=describe_date_forms(),
            code="invalid_date",
        )
    if any(first.year < FIRST_YEAR or last.year > LAST_YEAR for first, last in periods):
        raise _out_of_range_error(text)
    return sorted(periods)


def ambiguous(text: str, meanings: list[str]) -> InvalidValue:
    """Return the error for a text with several meanings, each written so that it has one."""
    return InvalidValue(
        _("“{value}” is ambiguous.").format(value=quote(text)),
        hint=_("Write {first} or {second}.").format(
            first=", ".join(meanings[:-1]), second=meanings[-1]
        ),
        code="ambiguous_date",
        details={"readings": meanings},
    )


def _written(period: Period) -> str:
    """Return a day or a month, the only periods with a second meaning, in ISO's form."""
    day = period.first.isoformat()
    return day if period.first == period.last else day[: len("2026-06")]


def _other_weekday(text: str, day: date) -> InvalidValue:
    return InvalidValue(
        _("“{value}”: {day} falls on another day of the week.").format(
            value=quote(text), day=day.isoformat()
        ),
        hint=_("Correct the day of the week, the date or the year, or write {day}.").format(
            day=day.isoformat()
        ),
        code="weekday_differs",
        details={"date": day.isoformat()},
    )


def _not_in_calendar_error(text: str) -> InvalidValue:
    return InvalidValue(
        _("“{value}” does not exist in the calendar.").format(value=quote(text)),
        hint=describe_date_forms(),
        code="invalid_date",
    )


def _out_of_range_error(text: str) -> InvalidValue:
    return InvalidValue(
        _("“{value}” is out of range.").format(value=quote(text)),
        hint=_("Write a date from the years {first} to {last}.").format(
            first=FIRST_YEAR, last=LAST_YEAR
        ),
        code="date_out_of_range",
    )
