"""Every ``list``: reads a page or all of it, and prints it in the format that was asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.cli.app import App
from crm.domain.errors import UsageFault
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext
from crm.domain.text import fold

if TYPE_CHECKING:
    from crm.database import Transaction
    from crm.queries.listing import Listing, Page, Request, Row

COUNTED = 10_000  # where counting what a listing leaves out stops
SEARCHED = 20  # words that the database looks for (revision 0008)


class Options(NamedTuple):
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
    def taken_from(cls, given: dict[str, Any]) -> "Options":
        """Take these options out of all that were given; what stays are the listing's filters.

        Where no format was asked for, it is that of the file's name, else a table.

        Raises UsageFault for a file of a table, of no known format, or of another than its name's.
        """
        taken = {name: given.pop(name) for name in cls._fields}
        path = taken["output_file"]
        if taken["output"] is None:
            taken["output"] = _format_of(path) if path else "table"
        elif path and taken["output"] == "table":
            raise UsageFault(
                _("A table is for people; a file takes another format."),
                hint=_("Leave --output table away, and end the file's name with .csv or .xlsx."),
            )
        elif path:
            from crm.cli.output.files import refuse_other_name

            refuse_other_name(path, taken["output"])
        return cls(**taken)


def _format_of(path: Path) -> str:
    from crm.cli.options import CALENDAR
    from crm.cli.output.files import format_of

    return CALENDAR if path.suffix.lower() == f".{CALENDAR}" else format_of(path)


def _as_read(_fields: Sequence[Field], rows: "Iterable[Row]", _output: str) -> "Iterable[Row]":
    return rows


class Looks(NamedTuple):
    """How a listing differs from others when it is printed.

    ``rows`` makes of rows as they are read, their fields and the format, rows as they are printed.
    ``page`` prints the fields that people are shown unasked in place of a table. ``empty`` is said
    where there is nothing at all.
    """

    rows: "Callable[[Sequence[Field], Iterable[Row], str], Iterable[Row]]" = _as_read
    page: "Callable[[Page], None] | None" = None
    empty: str | None = None

    @property
    def changed(self) -> bool:
        """Whether rows are printed otherwise than they are read."""
        return self.rows is not _as_read


PLAIN = Looks()


def run(
    app: App,
    tx: "Transaction",
    listing: "Listing",
    options: Options,
    filters: Mapping[str, Any],
    looks: Looks = PLAIN,
) -> None:
    """Print what ``listing`` holds. Filters whose value is None were not given."""
    from crm.queries.listing import Request, fields_of, sort_of

    request = Request(
        fields=_fields(listing, options, fields_of),
        filters={name: value for name, value in filters.items() if value is not None},
        sort=sort_of(listing, options.sort) if options.sort else (),
        limit=None if options.everything else options.limit,
        after=_id(listing, options.after) if options.after else None,
        search=options.search,
        mine=options.mine,
    )
    if options.search and len(set(fold(options.search).split())) > SEARCHED:
        app.console.note(
            _("Only the first {most} words are searched for.").format(most=SEARCHED), loud=True
        )
    if options.only_count:
        from crm.queries.listing import count

        app.console.data(str(count(tx, listing, request)))
    elif options.output == "table":
        _table(app, tx, listing, request, looks, exact=options.fields is not None)
    else:
        _export(app, tx, listing, request, looks, options)


def _id(listing: "Listing", text: str) -> int:
    from crm.queries.reference import record_id

    return record_id(text, listing.noun, listing.largest_id)


def _fields(listing: "Listing", options: Options, fields_of: Any) -> Any:
    if options.output == "ics":
        _require_calendar(listing, options)
    if options.fields is None:
        return listing.shown if options.output == "table" else None
    names = fields_of(listing, options.fields)
    if options.output == "ids" and "id" not in names:
        raise UsageFault(
            _("--output ids prints ids, and --fields leaves them out."),
            hint=_("Add id to --fields, or leave --fields away."),
        )
    return names


def _require_calendar(listing: "Listing", options: Options) -> None:
    if listing.noun != "event":
        raise UsageFault(
            _("Only events make a calendar."),
            hint=_("Run: epicevents event list --output-file FILE.ics"),
            code="unknown_format",
        )
    if options.fields is not None:
        raise UsageFault(_("A calendar has fields of its own."), hint=_("Leave --fields away."))


def _table(
    app: App,
    tx: "Transaction",
    listing: "Listing",
    request: "Request",
    looks: Looks,
    *,
    exact: bool,
) -> None:
    from crm.cli.output import table
    from crm.queries.listing import page

    found = page(tx, listing, request)
    if not found.rows:
        from crm.cli.reading import nothing

        nothing.say(app, tx, listing, request, looks.empty)
        return
    if looks.page and not exact:
        looks.page(found)
    else:
        rows = looks.rows(found.fields, found.rows, "table")
        table.render(found.fields, rows, app.console, exact=exact)
    if found.more:
        names = [field.name for field in found.fields]
        last = found.rows[-1][names.index("id")] if "id" in names else None
        _say_cut(app, tx, listing, request, len(found.rows), last)


def _export(
    app: App,
    tx: "Transaction",
    listing: "Listing",
    request: "Request",
    looks: Looks,
    options: Options,
) -> None:
    from crm.cli.reading.exporting import export

    path = options.output_file
    written, more = export(app, tx, listing, request, looks, options.output, path)
    if path:
        said = ngettext("{n} record written to {path}.", "{n} records written to {path}.", written)
        app.console.success(said.format(n=spaced(written), path=path))
    if more:
        _say_cut(app, tx, listing, request, written)


def _say_cut(
    app: App,
    tx: "Transaction",
    listing: "Listing",
    request: "Request",
    shown: int,
    last: int | None = None,
) -> None:
    """Say what a listing leaves out, and how to see it; ``last`` is the last id that is shown."""
    from crm.queries.listing import count

    whole = count(tx, listing, request, most=COUNTED)
    if whole > COUNTED:
        said = _("{shown} of more than {most} shown; use --limit, --after {id} or --all.")
    else:
        said = _("{shown} of {whole} shown; use --limit, --after {id} or --all.")
    app.console.note(
        said.format(
            shown=spaced(shown), whole=spaced(whole), most=spaced(COUNTED), id=last or "ID"
        ),
        loud=True,
    )


def spaced(number: int) -> str:
    """Return a number with its thousands apart: ``1 204``."""
    return f"{number:,}".replace(",", " ")
