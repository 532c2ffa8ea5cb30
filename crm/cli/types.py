"""What a word of the command line means: a value that is read, or a file."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from crm.cli.app import App

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from click.shell_completion import CompletionItem


class Typed(click.ParamType[Any]):
    """What a typed text means: ``read`` takes the text, the app and the option's name.

    A wrong text raises the error of its reader, which says what is wrong with it. ``completed_by``
    names what :mod:`crm.cli.completion.candidates` completes it by.
    """

    def __init__(
        self, name: str, read: Callable[[str, App, str], Any], completed_by: str | None = None
    ) -> None:
        self.name = name
        self.read = read
        self.completed_by = completed_by

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value that was typed; one that is only passed on the way to another stays."""
        if not isinstance(value, str) or ctx is None or ctx.resilient_parsing:
            return value
        return self.read(value, ctx.find_root().obj, param.opts[-1] if param else self.name)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem[Any]]":
        """Return what the text that is being typed may become."""
        if self.completed_by is None:
            return []
        from crm.cli.completion.candidates import COMPLETERS

        return COMPLETERS[self.completed_by](ctx, param, incomplete)


class File(click.Path):
    """The path of a file; it becomes a ``pathlib.Path`` when there is one."""

    def coerce_path_result(self, value: "str | os.PathLike[str]") -> "Path":
        """Return the path."""
        from pathlib import Path

        return Path(value)


def _as_typed(text: str, _app: App, _option: str) -> str:
    return text


def _period(text: str, app: App, _option: str) -> Any:
    from crm.domain.dates import parse_period

    return parse_period(text, today=app.today)


def _day(text: str, app: App, _option: str) -> Any:
    from crm.domain.dates import parse_date

    return parse_date(text, today=app.today)


def _past_period(text: str, app: App, _option: str) -> Any:
    from crm.domain.dates import parse_period

    return parse_period(text, today=app.today, past=True)


def _past_day(text: str, app: App, _option: str) -> Any:
    from crm.domain.dates import parse_date

    return parse_date(text, today=app.today, past=True)


def _day_or_none(text: str, app: App, option: str) -> Any:
    # An empty text empties the column; None would mean that nothing was given.
    return _day(text, app, option) if text.strip() else ""


def _payment(text: str, _app: App, _option: str) -> Any:
    from crm.queries.reference import record_id

    return record_id(text, "contract")


def _moment(text: str, app: App, _option: str) -> Any:
    from crm.domain.times import parse_datetime

    return parse_datetime(text, zone=app.settings.timezone, now=app.now)


def _money(text: str, _app: App, option: str) -> Any:
    from crm.domain.amounts import money

    return money(text, field=option)


FILE = File(dir_okay=False)

# Days of a filter: 2026-06-04, today, +30d, monday, 2026-06 …
PERIOD = Typed("DATE", _period, "days")
DAY = Typed("DATE", _day, "days")
# Of facts: "monday" and "12 June" have been, where a plan means those that come.
PAST_PERIOD = Typed("DATE", _past_period, "days")
PAST_DAY = Typed("DATE", _past_day, "days")
OPTIONAL_DAY = Typed("DATE", _day_or_none, "days")
# A date with a time on the company's wall clock, as naive UTC.
MOMENT = Typed("DATETIME", _moment)
MONEY = Typed("AMOUNT", _money)

# What names a record stays text until a transaction can look it up; the type completes it.
CLIENT = Typed("CLIENT", _as_typed, "clients")
CONTRACT = Typed("CONTRACT", _as_typed, "contracts")
EVENT = Typed("EVENT", _as_typed, "events")
USER = Typed("USER", _as_typed, "users")
SALES_USER = Typed("USER", _as_typed, "sales_users")
SUPPORT_USER = Typed("USER", _as_typed, "support_users")
PAYMENT = Typed("PAYMENT", _payment)
TRANSACTION = Typed("TRANSACTION", _as_typed, "transactions")
# Of the kind that the argument before it says.
RECORD = Typed("RECORD", _as_typed, "records_of_kind")
# The words of another command, or of a topic of help.
HELP_WORDS = Typed("WORDS", _as_typed, "help_words")
COMMAND_WORDS = Typed("COMMAND", _as_typed, "command_words")
VIEW = Typed("NAME", _as_typed, "views")
NEW_VIEW = Typed("NAME", _as_typed, "views")  # which may be one to replace

# Words of a listing: its fields, and what it is sorted by.
FIELD_NAMES = Typed("A,B,C", _as_typed, "fields")
SORT_KEYS = Typed("FIELD", _as_typed, "sort_keys")

# Several of the first, and the last word another: who takes them.
EVENTS_FOR_USER = Typed("EVENT", _as_typed, "events_then_support_users")
CLIENTS_FOR_USER = Typed("CLIENT", _as_typed, "clients_then_sales_users")
