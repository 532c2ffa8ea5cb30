"""The forms in which people write days and periods: a table of patterns, and what each means.

A form answers with every reading that the text has; whoever asked chooses, or asks the person.
Patterns see folded text (no case, no accents, single spaces) without an article before it, and
match it whole.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from crm.domain import date_words as words
from crm.domain.periods import Period, add, around, day_of, month_of


class Asked(NamedTuple):
    """What a text is read for: the day that it is, and whether a fact is meant or a plan.

    A weekday, or a date without a year, is the next one of a plan (today included) and the last
    one of a fact.
    """

    today: date
    past: bool


Readings = list[Period]
Form = Callable[[re.Match[str], Asked], Readings | None]


class OtherWeekday(Exception):
    """A date was written with a weekday on which it does not fall: ``day`` is the date alone."""

    def __init__(self, day: date) -> None:
        super().__init__()
        self.day = day


def readings(text: str, asked: Asked) -> Readings:
    """Return what a folded text may mean, nothing where it has none of the forms.

    Raises ValueError for a day that no calendar has, OverflowError beyond the years that Python
    counts, and OtherWeekday.
    """
    text = re.sub("^(?:(?:le|la|the|on) |l')", "", re.sub(",(?= )", "", text))
    for form, read in _FORMS:
        if (found := re.fullmatch(form, text)) and (periods := read(found, asked)):
            return list(dict.fromkeys(periods))
    return []


# Written dates --------------------------------------------------------------------------------


def _year_month_day(found: re.Match[str], _asked: Asked) -> Readings:
    return [day_of(date(int(found[1]), int(found[3]), int(found[4])))]


def _day_month_year(found: re.Match[str], asked: Asked) -> Readings:
    days = [_numbered(found[1], found[3], found[4], asked)]
    if found[2] == "-" and len(found[4]) == 2:  # 26-06-04 is the end of an ISO date as well
        days += _possible(_numbered, found[4], found[3], found[1].zfill(2), asked)
    return days


def _day_month(found: re.Match[str], asked: Asked) -> Readings:
    return [_numbered(found[1], found[2], None, asked)]


def _day_named_month(found: re.Match[str], asked: Asked) -> Readings:
    year = found[3] or found[4]
    return [_numbered(found[1], month, year, asked) for month in words.months(found[2])]


def _named_month_day(found: re.Match[str], asked: Asked) -> Readings:
    """Read ``June 12``; ``juin 27`` is written only for a month of a year, or by mistake."""
    months = words.months(found[1])
    days = [_numbered(found[2], month, found[3], asked) for month in months]
    if found[3] is None and len(found[2]) == 2 and words.is_only_french(found[1]):
        days += [month_of(date(_year(found[2]), month, 1)) for month in months]
    return days


def _numbered(day: str, month: str | int, year: str | None, asked: Asked) -> Period:
    if year is not None:
        return day_of(date(_year(year), int(month), int(day)))
    return _nearest_year(lambda year: day_of(date(year, int(month), int(day))), asked)


def _year(text: str) -> int:
    """Return a year of four digits, or of two in this century."""
    return int(text[-2:]) + 2000 if len(text) < 4 else int(text)


def _nearest_year(period_in: Callable[[int], Period], asked: Asked) -> Period:
    """Return the next such period that is not over, or the last one that has begun.

    Raises ValueError where eight years, the longest between two leap days, have none.
    """
    for distance in range(10):
        year = asked.today.year + (-distance if asked.past else distance)
        for period in _possible(period_in, year):
            if period.first <= asked.today if asked.past else period.last >= asked.today:
                return period
    raise ValueError


def _possible(read: Callable[..., Period], *arguments: object) -> Readings:
    """Return what was read, nothing for a day that no calendar has."""
    try:
        return [read(*arguments)]
    except ValueError:
        # A text may have several readings; one that no calendar has is none of them.
        return []


def _month_in(month: int) -> Callable[[int], Period]:
    return lambda year: month_of(date(year, month, 1))


def _with_weekday(found: re.Match[str], asked: Asked) -> Readings | None:
    weekdays = words.weekdays(found[1])
    if not weekdays:
        return None
    for form, read in _DATES:
        if (rest := re.fullmatch(form, found[2])) and (periods := read(rest, asked)):
            days = [period.first for period in periods if period.first == period.last]
            if not days:
                return None
            if right := [day_of(day) for day in days if day.weekday() in weekdays]:
                return right
            raise OtherWeekday(days[0])
    return None


# Months, quarters, weeks, years -----------------------------------------------------------------


def _month_of_year(found: re.Match[str], _asked: Asked) -> Readings:
    year, month = found["year"], found["month"]
    return [month_of(date(int(year), int(month), 1))]


def _named_month_of_year(found: re.Match[str], _asked: Asked) -> Readings:
    return [month_of(date(int(found[2]), month, 1)) for month in words.months(found[1])]


def _whole_year(found: re.Match[str], _asked: Asked) -> Readings:
    return [around(date(int(found[1]), 1, 1), "year")]


def _quarter(found: re.Match[str], asked: Asked) -> Readings:
    month = 3 * int(found["number"]) - 2
    return [_of_year(lambda year: around(date(year, month, 1), "quarter"), found["year"], asked)]


def _week(found: re.Match[str], asked: Asked) -> Readings:
    def week(year: int) -> Period:
        return around(date.fromisocalendar(year, int(found["number"]), 1), "week")

    return [_of_year(week, found["year"], asked)]


def _of_year(period_in: Callable[[int], Period], year: str | None, asked: Asked) -> Period:
    return _nearest_year(period_in, asked) if year is None else period_in(int(year))


# Counted from today -----------------------------------------------------------------------------


def _days_from_today(found: re.Match[str], asked: Asked) -> Readings:
    return [day_of(add(asked.today, words.DAYS_FROM_TODAY[found[1]], "day"))]


def _counted(found: re.Match[str], asked: Asked) -> Readings | None:
    """Read ``+30d``, ``in 3 days``, ``il y a deux semaines``, ``30 jours fin de mois``."""
    groups = found.groupdict()
    unit = words.UNITS[groups["unit"]]
    sign = -1 if groups.get("back") else 1
    numbers = words.counts(groups["number"])
    if len(numbers) > 1 and unit != "day":  # "dans quinze jours" is an idiom, of days alone
        numbers = numbers[1:]
    days = [add(asked.today, sign * number, unit) for number in numbers]
    if groups.get("end"):
        days = [month_of(day).last for day in days]
    return [day_of(day) for day in days]


def _bare_word(found: re.Match[str], asked: Asked) -> Readings:
    """Read a weekday or a month; ``mar`` is mardi and mars."""
    return [
        *(day_of(_weekday(number, asked)) for number in words.weekdays(found[1])),
        *(_nearest_year(_month_in(month), asked) for month in words.months(found[1])),
    ]


def _weekday(number: int, asked: Asked) -> date:
    if asked.past:
        return add(asked.today, -((asked.today.weekday() - number) % 7), "day")
    return add(asked.today, (number - asked.today.weekday()) % 7, "day")


def _neighbour(found: re.Match[str], asked: Asked) -> Readings | None:
    """Read ``next week``, ``lundi dernier``, ``this month``, ``juin prochain``."""
    groups = found.groupdict()
    what, which = groups["what"], groups["which"]
    step = 1 if which in words.NEXT else -1 if which in words.LAST else 0
    if (unit := words.UNITS.get(what)) and len(what) > 1:
        first = around(asked.today, unit).first
        return [around(add(first, step, unit), unit)]
    if weekdays := words.weekdays(what):
        return [day for number in weekdays for day in _neighbour_weekday(number, step, asked)]
    if not step:
        return None
    # The next June begins after today, and the last one is over.
    edge = Asked(add(asked.today, step, "month"), past=step < 0)
    return [_nearest_year(_month_in(month), edge) for month in words.months(what)]


def _neighbour_weekday(number: int, step: int, asked: Asked) -> Readings:
    """Return the day; "next Friday" said on a Tuesday is for some the day of the week after."""
    today = asked.today
    this = add(around(today, "week").first, number, "day")
    if step < 0:
        return [day_of(this if this < today else add(this, -1, "week"))]
    if step > 0:
        following = day_of(add(this, 1, "week"))
        return [day_of(this), following] if this > today else [following]
    # "This Monday", said on a Thursday: the one that was, or the one that comes.
    return [day_of(this)] if this >= today else [day_of(this), day_of(add(this, 1, "week"))]


def _end_of(found: re.Match[str], asked: Asked) -> Readings | None:
    """Read ``fin du mois``, ``fin juin``, ``end of 2026``; the end of a week is no day for all."""
    unit = words.UNITS.get(found[1])
    if unit in ("month", "quarter", "year") and len(found[1]) > 1:
        return [day_of(around(asked.today, unit).last)]
    for form, read in _PERIODS:
        if (rest := re.fullmatch(form, found[1])) and (periods := read(rest, asked)):
            # Longer than a week, whose end is Sunday to some and Friday to others.
            return [day_of(last) for first, last in periods if (last - first).days > 6]
    return None


def _end_of_month(_found: re.Match[str], asked: Asked) -> Readings:
    return [day_of(month_of(asked.today).last)]


def _table(*rows: tuple[str, Form]) -> tuple[tuple[str, Form], ...]:
    return rows


_D, _Y = "([0-9]{1,2})", "([0-9]{4})"
_ORDINAL = "(?: ?er|st|nd|rd|th|e)?"
_NAME = "([a-z]{3,9})[.]?"
_UNIT = f"(?P<unit>{words.one_of(words.UNITS)})"
_COUNT = "(?P<number>[0-9]{1,9}|[a-z]{1,7})"
_END = "(?P<end> (?:eom|fin de mois|fin du mois|end of (?:the )?month))"
_WHICH = f"(?P<which>{words.one_of((*words.NEXT, *words.LAST, *words.THIS))})"
_WHAT = "(?P<what>[a-z]{2,10})"

_DATES = _table(
    ("([0-9]{4})([-/.])([0-9]{1,2})\\2([0-9]{1,2})", _year_month_day),
    (f"{_D}([-/. ])([0-9]{{1,2}})\\2([0-9]{{4}})", _day_month_year),
    (f"{_D}([-/.])([0-9]{{1,2}})\\2([0-9]{{2}})", _day_month_year),
    (f"{_D}[/.]([0-9]{{1,2}})[.]?", _day_month),
    (
        f"{_D}{_ORDINAL}(?: of(?= )| de(?= ))?[ -]?{_NAME}(?: ?-?([0-9]{{4}})|[ -]('?[0-9]{{2}}))?",
        _day_named_month,
    ),
    (f"{_NAME} {_D}{_ORDINAL}(?: ([0-9]{{4}}))?", _named_month_day),
)
_PERIODS = _table(
    ("(?P<year>[0-9]{4})[-/](?P<month>[0-9]{1,2})", _month_of_year),
    ("(?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})", _month_of_year),
    (f"{_NAME}[ -]{_Y}", _named_month_of_year),
    (_Y, _whole_year),
    ("(?P<year>[0-9]{4})[- ]?[qt](?P<number>[1-4])", _quarter),
    ("[qt](?P<number>[1-4])(?:[- /](?P<year>[0-9]{4}))?", _quarter),
    ("(?P<year>[0-9]{4})[- ]?[ws](?P<number>[0-9]{1,2})", _week),
    ("(?:week|semaine|sem[.]?|w) ?(?P<number>[0-9]{1,2})(?:[- /](?P<year>[0-9]{4}))?", _week),
    (f"{_WHICH} {_WHAT}", _neighbour),
    (f"{_WHAT} {_WHICH}", _neighbour),
    (_NAME, _bare_word),
)
_FORMS = _table(
    *_DATES,
    *_PERIODS,
    (f"({words.one_of(words.DAYS_FROM_TODAY)})", _days_from_today),
    ("([a-z]{3,9})[.]? (?:le |the )?([^ ].*)", _with_weekday),
    (f"(?:[+]|(?P<back>-)) ?(?P<number>[0-9]{{1,9}}) ?{_UNIT}{_END}?", _counted),
    (f"(?:in|dans|d'ici) {_COUNT} {_UNIT}{_END}?", _counted),
    (f"{_COUNT} {_UNIT} (?P<back>ago)", _counted),
    (f"(?P<back>il y a) {_COUNT} {_UNIT}", _counted),
    (f"(?P<number>[0-9]{{1,9}}) ?{_UNIT}{_END}", _counted),
    ("(?:fin|end)(?: of the| of| du| de la| de)? (?:l'|d')?([a-z0-9][a-z0-9 ./-]*)", _end_of),
    ("eom", _end_of_month),
)
