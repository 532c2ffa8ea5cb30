"""What is asked of a listing: the options of every ``list``, how it looks, and what is read."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from crm.cli.app import App
from crm.cli.completion import PROGRAM
from crm.cli.tree import resolve
from crm.domain.errors import UsageFault
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.domain.rows import Row
    from crm.queries.listing import Listing, Request
    from crm.queries.pages import Page


class ListingOptions(NamedTuple):
    """The options that every ``list`` takes, as Click hands them over."""

    output: str = "table"
    fields: str | None = None
    sort: str | None = None
    limit: int = 30
    everything: bool = False
    after: str | None = None
    search: str | None = None
    only_count: bool = False
    mine: bool = False
    output_file: Path | None = None

    @classmethod
    def take_from(cls, given: dict[str, Any]) -> "ListingOptions":
        """Take these options out of all that were given; what stays are the listing's filters.

        Where no format was asked for, it is that of the file's name, else a table.

        Raises UsageFault for a file of a table, of no known format, or of another than its name's.
        """
        taken = {name: given.pop(name) for name in cls._fields}
        path = taken["output_file"]
        if taken["output"] is None:
            taken["output"] = _read_format(path) if path else "table"
        elif path and taken["output"] == "table":
            raise UsageFault(
                _("A table is for people and cannot be written to a file."),
                hint=_("Leave out --output table and end the file name with .csv or .xlsx."),
            )
        elif path:
            from crm.cli.output.files import refuse_other_name

            refuse_other_name(path, taken["output"])
        return cls(**taken)


def _read_format(path: Path) -> str:
    from crm.cli.options import CALENDAR
    from crm.cli.output.files import parse_format

    return CALENDAR if path.suffix.lower() == f".{CALENDAR}" else parse_format(path)


def check_listing(ctx: click.Context, words: Sequence[str]) -> None:
    """Refuse what is not a listing, or not one that can be parsed: UsageFault, click.UsageError."""
    app: App = ctx.obj
    scratch = click.Context(ctx.find_root().command, info_name=PROGRAM, obj=app.for_line())
    context, rest = resolve(scratch, words)
    if not set(ListingOptions._fields) <= {param.name for param in context.command.params}:
        raise UsageFault(
            _("Only a listing can be saved as a view."),
            hint=_("For example: epicevents view save late -- contract list --unpaid"),
            code="not_a_listing",
        )
    context.command.make_context(context.info_name, rest, parent=context.parent)


def _keep_rows(_fields: Sequence[Field], rows: "Iterable[Row]", _output: str) -> "Iterable[Row]":
    return rows


class Presentation(NamedTuple):
    """How a listing differs from others when it is printed.

    ``rows`` makes of rows as they are read, their fields and the format, rows as they are printed.
    ``page`` prints the fields that people are shown unasked in place of a table. ``empty`` is said
    where there is nothing at all.
    """

    rows: "Callable[[Sequence[Field], Iterable[Row], str], Iterable[Row]]" = _keep_rows
    page: "Callable[[Page], None] | None" = None
    empty: str | None = None

    @property
    def is_custom(self) -> bool:
        """Whether rows are printed otherwise than they are read."""
        return self.rows is not _keep_rows


PLAIN = Presentation()


class ListingQuery(NamedTuple):
    """What is read of which listing, and in which transaction."""

    tx: "Transaction"
    listing: "Listing"
    request: "Request"
