"""epicevents db policy."""

import re
from datetime import timedelta
from typing import Any

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import write_options
from crm.cli.reading import records
from crm.domain.errors import InvalidValue
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _

POLICY = (Field("session_lifetime"), Field("session_idle_limit"))


class DurationType(click.ParamType[timedelta]):
    """A length of time: ``30m``, ``24h``, ``7d``."""

    name = "DURATION"
    _UNITS = {"m": "minutes", "h": "hours", "d": "days"}  # noqa: RUF012  changed by nobody

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Return the timedelta that was typed."""
        del param, ctx
        found = re.fullmatch(r"([0-9]{1,5})([mhd])", value)
        if not found:
            raise InvalidValue(
                _("{value} is not a length of time.").format(value=value),
                hint=_("Write 30m, 24h or 7d."),
                code="invalid_duration",
            )
        return timedelta(**{self._UNITS[found[2]]: int(found[1])})

    @classmethod
    def format_length(cls, length: timedelta) -> str:
        """Return how a length of time is typed, in the largest unit that says it whole."""
        for unit, name in reversed(cls._UNITS.items()):
            if not length % timedelta(**{name: 1}):
                return f"{length // timedelta(**{name: 1})}{unit}"
        return str(length)


@click.command(cls=Command)
@click.option(
    "--session-lifetime", type=DurationType(), help=_("How long a session lasts after login.")
)
@click.option("--session-idle", type=DurationType(), help=_("How long a session may stay unused."))
@write_options
@click.pass_obj
def policy(
    app: App,
    /,
    session_lifetime: timedelta | None,
    session_idle: timedelta | None,
    output: str,
    dry_run: bool,
) -> None:
    """Show or change how long sessions last. Needs the administrator's URL.

    \b
    Examples:
      epicevents db policy
      epicevents db policy --session-lifetime 12h --session-idle 30m
    """
    from crm.services import administration

    asked = session_lifetime is not None or session_idle is not None
    with app.owner(dry_run=dry_run) as tx:
        before = administration.read_session_policy(tx)
        if asked:
            administration.set_session_policy(tx, lifetime=session_lifetime, idle=session_idle)
        after = administration.read_session_policy(tx)
    row = [DurationType.format_length(each) for each in after]
    if not asked:
        records.show_record(app, output, _("Sessions"), POLICY, row)
    elif before == after:
        writing.outcome.report_unchanged(
            app, output, _("Sessions already last that long."), POLICY, row
        )
    else:
        old = {
            field.name: DurationType.format_length(was)
            for field, was, now in zip(POLICY, before, after, strict=True)
            if was != now
        }
        said = _("Policy changed.")
        then = "epicevents audit sessions"
        writing.outcome.report_write(
            app, output, said, POLICY, row, old=old, dry_run=dry_run, then=then
        )
