"""Moments and days as people say them: near ones by name, others by date."""

from datetime import date, datetime

from crm.cli.app import App
from crm.domain.i18n import gettext as _


def format_moment(app: App, moment: datetime) -> str:
    """Return a naive UTC moment in words: ``today 14:00``, ``Friday 09:30``, ``2030-07-01 10:00``.

    Names of days mean the six after tomorrow; every form is one that can be typed back.
    """
    from crm.domain.times import format_wall_clock

    clock = format_wall_clock(moment, app.settings.timezone)
    day = date.fromisoformat(clock[: len("2026-06-04")])
    ahead = (day - app.today).days
    if ahead in (0, 1):
        name = _("today") if ahead == 0 else _("tomorrow")
    elif 1 < ahead < 7:
        name = format_weekday(day)
    else:
        return clock
    return f"{name} {clock[len('2026-06-04 ') :]}"


def format_weekday(day: date) -> str:
    """Return the name of a day, in the reader's language."""
    return (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )[day.weekday()]
