"""Days that a filter names, as the moments that the columns hold."""

from datetime import date
from typing import TYPE_CHECKING, Any

from crm.cli.app import App

if TYPE_CHECKING:
    from crm.domain.periods import Period


def convert_days(app: App, name: str, first: Any, last: Any) -> dict[str, Any]:
    """Return ``name_from`` and ``name_to``, naive UTC, the end excluded; nothing for none given.

    ``last`` includes its day, week or month: ``--to 2026-06`` ends with June.
    """
    if first is None and last is None:
        return {}
    from crm.domain.times import day_bounds

    zone = app.settings.timezone
    found = {}
    if first is not None:
        found[f"{name}_from"] = day_bounds(first, zone)[0]
    if last is not None:
        found[f"{name}_to"] = day_bounds(last, zone)[1]
    return found


def find_period(today: date, name: str) -> "Period":
    """Return this ``today``, ``week`` or ``month``."""
    from crm.domain.periods import Period, month_of, week_of

    return {"today": Period(today, today), "week": week_of(today), "month": month_of(today)}[name]
