"""What a word of the command line means: a value that is read, or a file."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from crm.cli.app import App

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from click.shell_completion import CompletionItem


class TextType(click.ParamType[Any]):
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


def _keep_text(text: str, _app: App, _option: str) -> str:
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


def _since(text: str, app: App, option: str) -> Any:
    # How long ago may be said without the minus sign: 45d, 6w.
    ago = len(text) > 1 and text[:-1].isdecimal() and text[-1].isalpha()
    return _past_day(f"-{text}" if ago else text, app, option)


def _payment(text: str, _app: App, _option: str) -> Any:
    from crm.queries.reference import parse_record_id

    return parse_record_id(text, "payment")


def _moment(text: str, app: App, _option: str) -> Any:
    from crm.domain.times import parse_datetime

    return parse_datetime(text, zone=app.settings.timezone, now=app.now)


def _money(text: str, _app: App, option: str) -> Any:
    from crm.domain.amounts import parse_money

    return parse_money(text, field=option)


FILE = File(dir_okay=False)

# Days of a filter: 2026-06-04, today, +30d, monday, 2026-06 …
PERIOD = TextType("DATE", _period, "days")
DAY = TextType("DATE", _day, "days")
# Of facts: "monday" and "12 June" have been, where a plan means those that come.
PAST_PERIOD = TextType("DATE", _past_period, "days")
PAST_DAY = TextType("DATE", _past_day, "days")
# A day that has been, or how long ago: 45d.
SINCE = TextType("DATE", _since, "days")
OPTIONAL_DAY = TextType("DATE", _day_or_none, "days")
# A date with a time on the company's wall clock, as naive UTC.
MOMENT = TextType("DATETIME", _moment)
MONEY = TextType("AMOUNT", _money)

# What names a record stays text until a transaction can look it up; the type completes it.
CLIENT = TextType("CLIENT", _keep_text, "clients")
CONTRACT = TextType("CONTRACT", _keep_text, "contracts")
EVENT = TextType("EVENT", _keep_text, "events")
TASK = TextType("TASK", _keep_text, "tasks")
USER = TextType("USER", _keep_text, "users")
SALES_USER = TextType("USER", _keep_text, "sales_users")
SUPPORT_USER = TextType("USER", _keep_text, "support_users")
PAYMENT = TextType("PAYMENT", _payment)
METHOD = TextType("METHOD", _keep_text, "methods")
TRANSACTION = TextType("TRANSACTION", _keep_text, "transactions")
# Of the kind that the argument before it says.
RECORD = TextType("RECORD", _keep_text, "records_of_kind")
# The words of another command, or of a topic of help.
HELP_WORDS = TextType("WORDS", _keep_text, "help_words")
COMMAND_WORDS = TextType("COMMAND", _keep_text, "command_words")
VIEW = TextType("NAME", _keep_text, "views")
NEW_VIEW = TextType("NAME", _keep_text, "views")  # which may be one to replace

# Words of a listing: its fields, and what it is sorted by.
FIELD_NAMES = TextType("A,B,C", _keep_text, "fields")
SORT_KEYS = TextType("FIELD", _keep_text, "sort_keys")

# Several of the first, and the last word another: who takes them.
EVENTS_FOR_USER = TextType("EVENT", _keep_text, "events_then_support_users")
CLIENTS_FOR_USER = TextType("CLIENT", _keep_text, "clients_then_sales_users")
