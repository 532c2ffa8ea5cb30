"""The options that commands share, and those that are made from the table of inputs."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from crm.domain.i18n import gettext as _
from crm.domain.inputs import Input

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

FORMATS = ("table", "json", "jsonl", "csv", "tsv", "ids")


class InputType(click.ParamType):
    """What an :class:`~crm.domain.inputs.Input` reads; a wrong value raises its InvalidValue."""

    def __init__(self, source: Input) -> None:
        self.source = source
        self.name = source.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the column's value of what was typed."""
        del param, ctx
        return self.source.clean(value)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return what help calls the value."""
        del param, ctx
        return _METAVARS.get(self.source.name, "TEXT")


_METAVARS = {
    "email": "EMAIL",
    "phone": "PHONE",
    "total_amount": "AMOUNT",
    "amount_due": "AMOUNT",
    "amount": "AMOUNT",
    "attendees": "N",
    "role": "ROLE",
}


class PeriodType(click.ParamType):
    """Days: ``2026-06-04``, ``today``, ``+30d``, ``monday``, ``2026-06`` …"""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the :class:`~crm.domain.dates.Period` that was typed, in the company's zone."""
        del param
        from crm.domain.dates import parse_period

        if not isinstance(value, str) or ctx is None:
            return value
        return parse_period(value, today=_app(ctx).today)


class DayType(click.ParamType):
    """One day, in any form of a date."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the date that was typed."""
        del param
        from crm.domain.dates import parse_date

        if not isinstance(value, str) or ctx is None:
            return value
        return parse_date(value, today=_app(ctx).today)


class MomentType(click.ParamType):
    """A date with a time on the company's wall clock, as naive UTC."""

    name = "DATETIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the moment that was typed, as the columns hold it."""
        del param
        from crm.domain.times import parse_datetime

        if not isinstance(value, str) or ctx is None:
            return value
        app = _app(ctx)
        return parse_datetime(value, zone=app.settings.timezone, now=app.now)


class MoneyType(click.ParamType):
    """An amount in the French or English form."""

    name = "AMOUNT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the amount that was typed."""
        del ctx
        from crm.domain.amounts import money

        if not isinstance(value, str):
            return value
        return money(value, field=param.opts[-1] if param else self.name)


PERIOD, DAY, MOMENT, MONEY = PeriodType(), DayType(), MomentType(), MoneyType()


def input_options(*sources: Input) -> Callable[[Decorated], Decorated]:
    """Add one option per input, named after its column; none is required, prompts ask for them."""

    def decorate(function: Decorated) -> Decorated:
        for source in reversed(sources):
            function = click.option(
                "--" + source.name.replace("_", "-"),
                type=InputType(source),
                help=source.label() + (f" ({source.example})" if source.example else ""),
            )(function)
        return function

    return decorate


def listing_options(function: Decorated) -> Decorated:
    """Add the options that every ``list`` takes."""
    options = [
        output_option(*FORMATS),
        click.option("--json", "output", flag_value="json", help=_("The same as: --output json.")),
        click.option("--fields", metavar="A,B,C", help=_("Exactly these fields, in this order.")),
        click.option(
            "--sort", metavar="FIELD", help=_("Order by FIELD, or by --sort=-FIELD downwards.")
        ),
        click.option(
            "-L",
            "--limit",
            type=click.IntRange(min=1),
            default=30,
            show_default=True,
            help=_("How many at most."),
        ),
        click.option("--all", "everything", is_flag=True, help=_("All of them.")),
        click.option("--after", metavar="ID", help=_("The page after the record with this id.")),
        click.option(
            "-S", "--search", metavar="TEXT", help=_("Words by their beginning: lefe, Lefèvre.")
        ),
        click.option("--count", "only_count", is_flag=True, help=_("Only how many.")),
        click.option("--mine", is_flag=True, help=_("Only what is yours.")),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def output_option(*formats: str) -> Callable[[Decorated], Decorated]:
    """Add ``-o/--output`` with the formats that a command knows."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help=_("How to print it."),
    )


def record_options(function: Decorated) -> Decorated:
    """Add the options of a command that prints one record."""
    function = click.option(
        "--json", "output", flag_value="json", help=_("The same as: --output json.")
    )(function)
    return output_option("table", "json")(function)


def write_options(function: Decorated) -> Decorated:
    """Add the options of every write."""
    function = click.option(
        "-n", "--dry-run", is_flag=True, help=_("Show what would change, and keep nothing.")
    )(function)
    return record_options(function)


def version_option(function: Decorated) -> Decorated:
    """Add ``--if-version`` to an edit."""
    return click.option(
        "--if-version",
        "version",
        type=click.IntRange(min=1),
        help=_("Refuse if the record is no longer at this version."),
    )(function)


def yes_option(function: Decorated) -> Decorated:
    """Add ``-y/--yes`` to a command that asks before it destroys."""
    return click.option("-y", "--yes", is_flag=True, help=_("Do not ask."))(function)


def reason_option(function: Decorated) -> Decorated:
    """Add ``--reason`` to what MANAGEMENT does only with one."""
    return click.option("--reason", metavar="TEXT", help=_("Why; the history keeps it."))(function)


def _app(ctx: click.Context) -> Any:
    return ctx.find_root().obj
