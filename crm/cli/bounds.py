"""Days that a filter names, as the moments that the columns hold."""

from typing import Any

from crm.cli.app import App


def bounds(app: App, name: str, first: Any, last: Any) -> dict[str, Any]:
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
