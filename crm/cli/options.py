"""The options that commands share, and those that are made from the table of inputs."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crm.cli.app import App
from crm.cli.asking.parameters import AskedOption
from crm.cli.types import (
    FIELD_NAMES,
    FILE,
    SORT_KEYS,
    TextType,
)
from crm.domain.enums import Role
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.domain.inputs import Input

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

# What every listing is written in; `event list` knows CALENDAR too.
FORMATS = ("table", "json", "jsonl", "csv", "tsv", "ids", "xlsx")
CALENDAR = "ics"


def _of(source: "Input") -> Callable[[str, App, str], Any]:
    def read(text: str, _app: App, _option: str) -> Any:
        value = source.clean(text)
        # An empty text empties an optional column; None would mean that nothing was given.
        return "" if value is None else value

    return read


_COMPLETED = {"role": "roles", "method": "methods"}
_METAVARS = {
    "email": "EMAIL",
    "phone": "PHONE",
    "total_amount": "AMOUNT",
    "amount_due": "AMOUNT",
    "amount": "AMOUNT",
    "attendees": "N",
    "role": "|".join(Role),
}


def combine_options(*options: Callable[[Any], Any]) -> Callable[[Decorated], Decorated]:
    """Return what adds several options to a command, in the order of its help."""

    def decorate(function: Decorated) -> Decorated:
        # Decorators apply from the last to the first, and Click shows options the other way round.
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def input_options(*sources: "Input") -> Callable[[Decorated], Decorated]:
    """Add one option per input, named after its column; none is required, prompts ask for them."""
    return combine_options(*map(_input_option, sources))


def _input_option(source: "Input") -> Callable[[Decorated], Decorated]:
    kind = TextType(_METAVARS.get(source.name, "TEXT"), _of(source), _COMPLETED.get(source.name))
    return click.option(
        "--" + source.name.replace("_", "-"),
        type=kind,
        help=source.label() + (f" ({source.example})" if source.example else ""),
    )


def several_records(name: str, kind: TextType) -> Callable[[Decorated], Decorated]:
    """Add an argument that takes one record or more."""
    return click.argument(name, type=kind, nargs=-1, required=True, metavar=f"{kind.name}...")


def listing_options(function: Decorated) -> Decorated:
    """Add the options that every ``list`` takes."""
    return listing_options_with()(function)


def listing_options_with(*more_formats: str) -> Callable[[Decorated], Decorated]:
    """Add the options that every ``list`` takes, with formats that only this one has."""
    return combine_options(
        click.option(
            "-o",
            "--output",
            type=click.Choice([*FORMATS, *more_formats]),
            show_default=FORMATS[0],
            help=_("Output format."),
        ),
        click.option(
            "--output-file",
            type=FILE,
            metavar="FILE",
            help=_("Write to FILE, completely or not at all; its ending sets the format."),
        ),
        json_option,
        click.option(
            "--fields",
            type=FIELD_NAMES,
            help=_("Show exactly these fields, in this order."),
        ),
        click.option(
            "--sort",
            type=SORT_KEYS,
            help=_("Sort by FIELD, or with --sort=-FIELD in descending order."),
        ),
        click.option(
            "-L",
            "--limit",
            type=click.IntRange(min=1),
            metavar="N",
            default=30,
            show_default=True,
            help=_("Show at most N records."),
        ),
        click.option("--all", "everything", is_flag=True, help=_("Show all records.")),
        click.option(
            "--after", metavar="ID", help=_("Show the page after the record with this id.")
        ),
        click.option(
            "-S",
            "--search",
            metavar="TEXT",
            help=_("Search for words by their beginning, a phone by its last digits, or an id."),
        ),
        click.option(
            "--count", "only_count", is_flag=True, help=_("Show only the number of records.")
        ),
        click.option("--mine", is_flag=True, help=_("Only your own events.")),
    )


def output_option(*formats: str) -> Callable[[Decorated], Decorated]:
    """Add ``-o/--output`` with the formats that a command knows."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help=_("Output format."),
    )


def json_option(function: Decorated) -> Decorated:
    """Add ``--json``, which is short for ``--output json``."""
    return click.option("--json", "output", flag_value="json", help=_("Short for --output json."))(
        function
    )


def record_options(function: Decorated) -> Decorated:
    """Add the options of a command that prints one record."""
    return combine_options(output_option("table", "json"), json_option)(function)


def write_options(function: Decorated) -> Decorated:
    """Add the options of every write."""
    dry_run = click.option(
        "-n", "--dry-run", is_flag=True, help=_("Show what would change, and save nothing.")
    )
    return combine_options(record_options, dry_run)(function)


def version_option(function: Decorated) -> Decorated:
    """Add ``--if-version`` to an edit."""
    return click.option(
        "--if-version",
        "version",
        type=click.IntRange(min=1),
        metavar="N",
        help=_("Refuse if the record is at another version."),
    )(function)


def yes_option(function: Decorated) -> Decorated:
    """Add ``-y/--yes`` to a command that asks before it destroys."""
    return click.option("-y", "--yes", is_flag=True, help=_("Do not ask for confirmation."))(
        function
    )


def password_option(function: Decorated) -> Decorated:
    """Add ``--password-stdin``: a password is never the value of an option."""
    return click.option(
        "--password-stdin",
        is_flag=True,
        help=_("Read the password from standard input (one line)."),
    )(function)


def reason_option(function: Decorated) -> Decorated:
    """Add ``--reason`` to what MANAGEMENT does only with one."""
    return _reason(click.Option)(function)


def prompted_reason_option(function: Decorated) -> Decorated:
    """Add ``--reason``, which the command asks for, to what is never done without one."""
    return _reason(AskedOption)(function)


def _reason(kind: type[click.Option]) -> Callable[[Decorated], Decorated]:
    return click.option(
        "--reason", metavar="TEXT", help=_("The reason, which the history records."), cls=kind
    )
