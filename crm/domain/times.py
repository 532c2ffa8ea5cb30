"""Moments: people type and read wall-clock time in the company's zone, columns hold naive UTC."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.domain.dates import ambiguous, days_meant
from crm.domain.errors import InvalidValue
from crm.domain.i18n import gettext as _
from crm.domain.periods import Period
from crm.domain.text import fold, quote

_LONGEST = 64  # characters; no form needs more

# An offset is read only behind a full ISO date and time: "tomorrow 9:00-10:00" means a range.
_WITH_OFFSET = (
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[t ]"
    r"(?P<hour>[0-9]{2}):[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:z|[+-][0-9]{2}(?::?[0-9]{2})?)"
)
# 13:00, 13:00:30, 13h, 13h30, 13 heures, 1pm, 1:30 p.m., noon; a bare hour could be anything and is
# not read.
_ON_THE_WALL = (
    r"(?P<day>.+?)(?:(?<=[0-9])t|,? ?@ ?|,? (?:at |a )?)"
    r"(?:(?P<word>noon|midi|midnight|minuit)|"
    r"(?P<hour>[0-9]{1,2})(?= ?[:hap])"
    r"(?:(?::| ?h(?:eures?|rs?)? ?)(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?"
    r"| ?h(?:eures?|rs?)?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?)"
)
_FROM_NOW = (
    r"(?:in|dans|(?P<back>il y a)) (?P<number>[0-9]{1,4}|an?|une?)"
    r" ?(?P<unit>h|min|hour|heure|minute)s?"
    r"|(?P<number_ago>[0-9]{1,4}|an?) ?(?P<unit_ago>h|min|hour|minute)s? ago"
)


def parse_datetime(text: str, *, zone: ZoneInfo, now: datetime, past: bool = False) -> datetime:
    """Return the moment that ``text`` means, as naive UTC.

    A day in any form of ``parse_date``, then a time: ``2026-06-04 13:00``, ``2026-06-04T13:00:30``,
    ``04/06/2026 13h30``, ``4 Jun 2023 @ 1PM``, ``tomorrow 18:00``, ``samedi 12 juin midi``. This is
    wall-clock time in ``zone``; ``24:00`` is the midnight that ends the day. A full ISO form may
    end with an offset (``+02:00``) or ``Z``, which then decides. ``now``, ``in 2 hours`` and ``il y
    a 10 minutes`` count from ``now``, which is naive UTC, or aware, and says which day is today.
    With ``past`` weekdays and dates without a year are the last ones.

    Raises InvalidValue:
        ``time_missing``, ``day_missing``: a day without a time, or the reverse.
        ``nonexistent_time``: clocks skip it; ``details["neighbours"]`` are that time in the hours
        before and after, without offset.
        ``ambiguous_time``: clocks show it twice; ``details["readings"]`` are both, with offset.
        Midnight is ambiguous too: it begins a day and ends it.
        Each is accepted as the answer.
        ``invalid_time``, and what ``parse_date`` raises.
    """
    aware = now if now.tzinfo else now.replace(tzinfo=UTC)
    today = aware.astimezone(zone).date()
    folded = fold(text).replace("’", "'") if len(text) <= _LONGEST else ""
    exact = re.fullmatch(_WITH_OFFSET, folded)
    if exact:
        _days(exact["day"], today, past=past)
        return _parse_exact(exact, text)
    if (moment := _from_now(folded, aware)) is not None:
        return moment
    found = re.fullmatch(_ON_THE_WALL, folded)
    if not found:
        _refuse_bare_time(folded, text, today)
        days = _days(text, today, past=past)
        raise InvalidValue(
            _("“{value}” has no time.").format(value=quote(text)),
            hint=_("Write the time too, such as {day} 13:00.").format(day=days[0].isoformat()),
            code="time_missing",
        )
    days = _days(found["day"], today, past=past)
    if len(days) > 1:
        clock = folded[found.end("day") :]
        raise ambiguous(text, [f"{day}{clock}" for day in days])
    return _resolve_wall_clock(_wall_time(days[0], found, text), zone, text)


def _parse_exact(found: re.Match[str], text: str) -> datetime:
    """Return the moment of a full ISO form with its offset, as naive UTC."""
    if found["hour"] == "24":  # the next midnight to Python 3.14, a mistake to those before
        raise _invalid_time_error(text)
    try:
        return _naive_utc(datetime.fromisoformat(found[0].upper()))
    except ValueError:
        # Well formed, but no day, hour or offset that exists; a year beyond 9999 comes here too.
        raise _invalid_time_error(text) from None


def _from_now(folded: str, now: datetime) -> datetime | None:
    """Return the moment that is counted from ``now``, to the minute; nothing for other texts."""
    if folded in ("now", "maintenant"):
        distance = timedelta()
    elif found := re.fullmatch(_FROM_NOW, folded):
        number = found["number"] or found["number_ago"]
        count = int(number) if number.isdigit() else 1
        unit = found["unit"] or found["unit_ago"]
        distance = timedelta(minutes=count * (60 if unit.startswith("h") else 1))
        if found["back"] or found["number_ago"]:
            distance = -distance
    else:
        return None
    return _naive_utc(now + distance).replace(second=0, microsecond=0)


def _refuse_bare_time(folded: str, text: str, today: date) -> None:
    """Refuse a time that no day stands before: which day it is of, nobody guesses."""
    if re.fullmatch(_ON_THE_WALL, f"{today} {folded}"):
        raise InvalidValue(
            _("“{value}” has no day.").format(value=quote(text)),
            hint=_("Write the day too, such as today {time}.").format(time=quote(text.strip())),
            code="day_missing",
        )


def describe_datetime_forms() -> str:
    """Return the sentence that lists the forms of a date with a time."""
    return _(
        "Write 2026-06-04 13:00, 04/06/2026 13h30 (day/month/year), 4 Jun 2026 @ 1PM, "
        "tomorrow 18:00, monday 9:00, next monday noon, +3d 9:00, in 2 hours or "
        "2026-06-04T13:00+02:00."
    )


def day_bounds(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when the days of ``period`` begin and end in ``zone``: naive UTC, the end excluded.

    A day has 23, 24 or 25 hours; one whose midnight clocks skip begins when they have changed.
    """
    midnight = time(tzinfo=zone)
    after = period.last + timedelta(days=1)
    first, end = (datetime.combine(day, midnight) for day in (period.first, after))
    return _naive_utc(first), _naive_utc(end)


def to_local(naive_utc: datetime, zone: ZoneInfo) -> datetime:
    """Return a column's naive UTC as aware time in ``zone``."""
    return naive_utc.replace(tzinfo=UTC).astimezone(zone)


def format_iso(naive_utc: datetime, zone: ZoneInfo) -> str:
    """Return a column's naive UTC as ISO 8601 in ``zone``: ``2026-06-04T13:00:00+02:00``.

    Microseconds appear only where there are some.
    """
    return to_local(naive_utc, zone).isoformat()


def format_wall_clock(naive_utc: datetime, zone: ZoneInfo) -> str:
    """Return a column's naive UTC as the zone's clocks show it: ``2026-06-04 13:00``.

    In the hour that a clock change repeats, the offset follows: ``2026-10-25 02:30+01:00``.
    """
    there = to_local(naive_utc, zone)
    repeated = there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()
    shown = there.isoformat(sep=" ", timespec="minutes")
    return shown if repeated else shown[: len("2026-06-04 13:00")]


def format_span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Return from when to when, as the zone's clocks show it; the day is said once if it is one.

    ``2026-06-04 13:00 – 18:00``, ``2026-06-04 13:00 – 2026-06-05 02:00``.
    """
    first, last = format_wall_clock(start, zone), format_wall_clock(end, zone)
    day = len("2026-06-04 ")
    return f"{first} – {last[day:] if first[:day] == last[:day] else last}"


def _naive_utc(aware: datetime) -> datetime:
    return aware.astimezone(UTC).replace(tzinfo=None)


def _days(text: str, today: date, *, past: bool) -> list[date]:
    try:
        return days_meant(text, today=today, past=past)
    except InvalidValue as error:
        # The same refusal, with forms that have a time: the person was asked for a day and an hour.
        if error.code != "invalid_date":
            raise
        raise InvalidValue(error.message, hint=describe_datetime_forms(), code=error.code) from None


def _wall_time(day: date, found: re.Match[str], text: str) -> datetime:
    """Return the wall-clock time; 24:00 is the next day's midnight."""
    if word := found["word"]:
        if word in ("noon", "midi"):
            return datetime.combine(day, time(12))
        raise _two_midnights(day, text)
    hour, half = int(found["hour"]), found["half"]
    minute, second = int(found["minute"] or 0), int(found["second"] or 0)
    if half:
        if not 1 <= hour <= 12:
            raise _invalid_time_error(text)
        hour = hour % 12 + (12 if half == "p" else 0)
    elif (hour, minute, second) == (24, 0, 0):
        return datetime.combine(day + timedelta(days=1), time())
    try:
        return datetime.combine(day, time(hour, minute, second))
    except ValueError:
        # The pattern takes any two digits: 25:00, 12:99.
        raise _invalid_time_error(text) from None


def _two_midnights(day: date, text: str) -> InvalidValue:
    readings = [
        _format_short(datetime.combine(day + timedelta(days=after), time())) for after in (0, 1)
    ]
    return InvalidValue(
        _("“{value}” could be the midnight before that day or after it.").format(value=quote(text)),
        hint=_("Write {earlier} or {later}.").format(earlier=readings[0], later=readings[1]),
        code="ambiguous_time",
        details={"readings": readings},
    )


def _resolve_wall_clock(wall: datetime, zone: ZoneInfo, text: str) -> datetime:
    # PEP 495: where clocks change, fold=0 and fold=1 read a time with the clock as it was before
    # and after. They differ for a time that is skipped or shown twice, and only the latter comes
    # back from UTC as it was.
    before, after = wall.replace(tzinfo=zone), wall.replace(tzinfo=zone, fold=1)
    moments = _naive_utc(before), _naive_utc(after)
    if moments[0] == moments[1]:
        return moments[0]
    if to_local(moments[0], zone).replace(tzinfo=None) != wall:
        neighbours = [
            _format_short(to_local(moment, zone).replace(tzinfo=None)) for moment in moments[::-1]
        ]
        raise InvalidValue(
            _("“{value}” does not exist: the clocks go forward at that time.").format(
                value=quote(text)
            ),
            hint=_("Write {earlier} or {later}.").format(
                earlier=neighbours[0], later=neighbours[1]
            ),
            code="nonexistent_time",
            details={"neighbours": neighbours},
        )
    readings = [_format_short(before), _format_short(after)]
    raise InvalidValue(
        _("“{value}” occurs twice: the clocks go back at that time.").format(value=quote(text)),
        hint=_("Write {earlier} or {later}.").format(earlier=readings[0], later=readings[1]),
        code="ambiguous_time",
        details={"readings": readings},
    )


def _format_short(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def _invalid_time_error(text: str) -> InvalidValue:
    return InvalidValue(
        _("“{value}” does not contain a valid time.").format(value=quote(text)),
        hint=describe_datetime_forms(),
        code="invalid_time",
    )


def suggest_zone(name: str) -> str:
    """Return what to write in place of a name that no time zone has."""
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    zones = {}
    for zone in sorted(available_timezones()):
        zones[zone.lower()] = zones[zone.rpartition("/")[2].lower()] = zone
    similar = [zones[word] for word in get_close_matches(name.lower(), zones)]
    if similar:
        return _("Did you mean {names}?").format(names=", ".join(dict.fromkeys(similar)))
    return _("Write a name such as Europe/Paris.")
