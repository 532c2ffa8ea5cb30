"""Calendar days as people type them, and the periods that they mean."""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from crm.domain.errors import InvalidValue
from crm.domain.i18n import gettext as _
from crm.domain.text import fold, quote

FIRST_YEAR, LAST_YEAR = 1900, 2999

_LONGEST = 64  # characters; no form needs more
_DAYS_FROM_TODAY = {
    "yesterday": -1, "today": 0, "tomorrow": 1,
    "hier": -1, "aujourd'hui": 0, "demain": 1,
}  # fmt: skip
_WEEKDAYS = (
    ("monday", "lundi"), ("tuesday", "mardi"), ("wednesday", "mercredi"), ("thursday", "jeudi"),
    ("friday", "vendredi"), ("saturday", "samedi"), ("sunday", "dimanche"),
)  # fmt: skip
_MONTHS = (
    ("january", "janvier"), ("february", "fevrier"), ("march", "mars"), ("april", "avril"),
    ("may", "mai"), ("june", "juin"), ("july", "juillet"), ("august", "aout"),
    ("september", "septembre"), ("october", "octobre"), ("november", "novembre"),
    ("december", "decembre"),
)  # fmt: skip


class Period(NamedTuple):
    """Whole days from ``first`` to ``last``, both included."""

    first: date
    last: date


def parse_period(text: str, *, today: date) -> Period:
    """Return the days that ``text`` means.

    One day: ``2026-06-04``, ``04/06/2026`` (always day/month/year, as in France), ``4 Jun 2026``,
    ``today``, ``tomorrow``, ``yesterday``, a weekday (the next one, today included), ``+30d``,
    ``-2w``, ``+1m`` or ``+1y`` from today (the last day of a month that is too short). More days:
    ``2026-06`` and ``2026``. Words are English or French, of names three letters are enough, and
    case and accents do not matter.

    Raises InvalidValue: ``invalid_date``, or ``date_out_of_range`` outside the years 1900 to 2999.
    """
    folded = fold(text).replace("’", "'") if len(text) <= _LONGEST else ""
    for form, read in _FORMS:
        found = re.fullmatch(form, folded)
        try:
            period = read(found, today) if found else None
        except ValueError:  # the 30th of February
            raise _no_such_date(text) from None
        except OverflowError:  # the year 10000
            raise _out_of_range(text) from None
        if period:
            if period.first.year < FIRST_YEAR or period.last.year > LAST_YEAR:
                raise _out_of_range(text)
            return period
    raise InvalidValue(
        _("“{value}” is not a date.").format(value=quote(text)),
        hint=accepted_dates(),
        code="invalid_date",
    )


def parse_date(text: str, *, today: date) -> date:
    """Return the one day that ``text`` means, in any form of ``parse_period`` that names a day.

    Raises InvalidValue: as ``parse_period``, and ``invalid_date`` for a month or a year.
    """
    period = parse_period(text, today=today)
    if period.first != period.last:
        raise InvalidValue(
            _("“{value}” is more than one day.").format(value=quote(text)),
            hint=_("Write one day, such as {day}.").format(day=period.first.isoformat()),
            code="invalid_date",
        )
    return period.first


def accepted_dates() -> str:
    """Return the sentence that lists the forms of a date."""
    return _(
        "Write 2026-06-04, 04/06/2026 (day/month/year), 4 Jun 2026, today, tomorrow, yesterday, "
        "monday, +30d, -2w, +1m, +1y, 2026-06 or 2026."
    )


def week_of(day: date) -> Period:
    """Return the week of ``day``, Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=6))


def month_of(day: date) -> Period:
    """Return the month of ``day``, its first to its last day."""
    first = day.replace(day=1)
    next_month = (first + timedelta(days=32)).replace(day=1)
    return Period(first, next_month - timedelta(days=1))


def _one(day: date) -> Period:
    return Period(day, day)


def _iso(found: re.Match[str], _today: date) -> Period:
    return _one(date(int(found[1]), int(found[2]), int(found[3])))


def _day_first(found: re.Match[str], _today: date) -> Period:
    return _one(date(int(found[3]), int(found[2]), int(found[1])))


def _named_month(found: re.Match[str], _today: date) -> Period | None:
    month = _index_of(found[2], _MONTHS)
    return None if month is None else _one(date(int(found[3]), month + 1, int(found[1])))


def _month(found: re.Match[str], _today: date) -> Period:
    return month_of(date(int(found[1]), int(found[2]), 1))


def _year(found: re.Match[str], _today: date) -> Period:
    return Period(date(int(found[1]), 1, 1), date(int(found[1]), 12, 31))


def _from_today(found: re.Match[str], today: date) -> Period:
    number, unit = int(found[1] + found[2]), found[3]
    if unit in "dj":
        return _one(today + timedelta(days=number))
    if unit in "ws":
        return _one(today + timedelta(weeks=number))
    return _one(_add_months(today, number if unit == "m" else 12 * number))


def _word(found: re.Match[str], today: date) -> Period | None:
    if found[1] in _DAYS_FROM_TODAY:
        return _one(today + timedelta(days=_DAYS_FROM_TODAY[found[1]]))
    weekday = _index_of(found[1], _WEEKDAYS)
    return None if weekday is None else _one(today + timedelta((weekday - today.weekday()) % 7))


def _add_months(day: date, number: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    last = month_of(date(year, month + 1, 1)).last
    return last.replace(day=min(day.day, last.day))


def _index_of(word: str, names: Sequence[tuple[str, ...]]) -> int | None:
    # "jui" could be June or July in French, so what begins two names is none.
    begun = [
        index
        for index, languages in enumerate(names)
        if any(name.startswith(word) for name in languages)
    ]
    return begun[0] if len(word) >= 3 and len(begun) == 1 else None


_FORMS: tuple[tuple[str, Callable[[re.Match[str], date], Period | None]], ...] = (
    ("([0-9]{4})-([0-9]{2})-([0-9]{2})", _iso),
    ("([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", _day_first),
    ("([0-9]{1,2})(?:er|st|nd|rd|th)? ([a-z]+)[.]? ([0-9]{4})", _named_month),
    ("([0-9]{4})-([0-9]{2})", _month),
    ("([0-9]{4})", _year),
    # The French units beside the English: jours, semaines, ans.
    ("([+-])([0-9]{1,9})([djwsmya])", _from_today),
    ("([a-z']+)[.]?", _word),
)


def _no_such_date(text: str) -> InvalidValue:
    return InvalidValue(
        _("“{value}” is not in the calendar.").format(value=quote(text)),
        hint=accepted_dates(),
        code="invalid_date",
    )


def _out_of_range(text: str) -> InvalidValue:
    return InvalidValue(
        _("“{value}” is out of range.").format(value=quote(text)),
        hint=_("Write a date from the years {first} to {last}.").format(
            first=FIRST_YEAR, last=LAST_YEAR
        ),
        code="date_out_of_range",
    )
