"""Every ``list``: reads a page or all of it, and prints it in the format that was asked for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crm.cli.app import App
from crm.cli.reading.request import PLAIN, ListingOptions, ListingQuery, Presentation
from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext
from crm.domain.text import fold

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.queries.listing import Listing

COUNTED = 10_000  # where counting what a listing leaves out stops
SEARCHED = 20  # words that the database looks for (prefix_query)


def run_listing(
    app: App,
    tx: "Transaction",
    listing: "Listing",
    options: ListingOptions,
    filters: Mapping[str, Any],
    looks: Presentation = PLAIN,
) -> None:
    """Print what ``listing`` holds. Filters whose value is None were not given."""
    from crm.queries.listing import Request, parse_fields, parse_sort

    request = Request(
        fields=_choose_fields(listing, options, parse_fields),
        filters={name: value for name, value in filters.items() if value is not None},
        sort=parse_sort(listing, options.sort) if options.sort else (),
        limit=None if options.everything else options.limit,
        after=_parse_id(listing, options.after) if options.after else None,
        search=options.search if (options.search or "").strip() else None,
        mine=options.mine,
    )
    asked = ListingQuery(tx, listing, request)
    if options.search and len(set(fold(options.search).split())) > SEARCHED:
        app.console.note(
            _("Only the first {most} words are used for the search.").format(most=SEARCHED),
            loud=True,
        )
    if options.only_count:
        from crm.queries.pages import count_records

        app.console.data(str(count_records(*asked)))
    elif options.output == "table":
        _show_table(app, asked, looks, exact=options.fields is not None)
    else:
        _export(app, asked, looks, options)


def count_left_out(
    tx: "Transaction", listing: "Listing", options: ListingOptions, filters: Mapping[str, Any]
) -> int:
    """Return how many records a listing leaves out: those that ``filters`` would find instead."""
    from crm.queries.listing import Request
    from crm.queries.pages import count_records

    left_out = Request(
        filters={name: value for name, value in filters.items() if value is not None},
        search=options.search if (options.search or "").strip() else None,
        mine=options.mine,
    )
    return count_records(tx, listing, left_out, most=COUNTED)


def note_left_out(app: App, note: str, count: int) -> None:
    """Say on stderr what a listing leaves out, unless it is nothing; ``note`` has a ``{count}``."""
    if count:
        app.console.note(note.format(count=count if count <= COUNTED else f"{COUNTED}+"))


def _parse_id(listing: "Listing", text: str) -> int:
    from crm.queries.reference import parse_record_id

    return parse_record_id(text, listing.noun, listing.largest_id)


def _choose_fields(listing: "Listing", options: ListingOptions, fields_of: Any) -> Any:
    if options.output == "ics":
        _require_calendar(listing, options)
    if options.fields is None:
        return listing.default_fields if options.output == "table" else None
    names = fields_of(listing, options.fields)
    if options.output == "ids" and "id" not in names:
        raise UsageFault(
            _("--output ids prints ids, but --fields leaves out the id."),
            hint=_("Add id to --fields, or leave out --fields."),
        )
    return names


def _require_calendar(listing: "Listing", options: ListingOptions) -> None:
    if listing.noun != "event":
        raise UsageFault(
            _("Only events can be written as a calendar."),
            hint=_("Run: epicevents event list --output-file FILE.ics"),
            code="unknown_format",
        )
    if options.fields is not None:
        raise UsageFault(_("A calendar has fixed fields."), hint=_("Leave out --fields."))


def _show_table(app: App, asked: ListingQuery, looks: Presentation, *, exact: bool) -> None:
    from crm.cli.output import table
    from crm.queries.pages import read_page

    found = read_page(*asked)
    if not found.rows:
        from crm.cli.reading import empty

        empty.explain_empty(app, asked, looks.empty)
        return
    if looks.page and not exact:
        looks.page(found)
    else:
        rows = looks.rows(found.fields, found.rows, "table")
        table.show_listing(found.fields, rows, app.console, exact=exact)
    if found.more:
        names = [field.name for field in found.fields]
        last = found.rows[-1][names.index("id")] if "id" in names else None
        _say_cut(app, asked, len(found.rows), last)


def _export(app: App, asked: ListingQuery, looks: Presentation, options: ListingOptions) -> None:
    from crm.cli.reading.exporting import export_listing

    path = options.output_file
    written, more = export_listing(app, asked, looks, options.output, path)
    if path:
        said = ngettext("{n} record written to {path}.", "{n} records written to {path}.", written)
        app.console.success(said.format(n=format_count(written), path=path))
    if more:
        _say_cut(app, asked, written)


def _say_cut(app: App, asked: ListingQuery, shown: int, last: int | None = None) -> None:
    """Say what a listing leaves out, and how to see it; ``last`` is the last id that is shown."""
    from crm.queries.pages import count_records

    whole = count_records(*asked, most=COUNTED)
    if whole > COUNTED:
        said = _("{shown} of more than {most} shown; use --limit, --after {id} or --all.")
    else:
        said = _("{shown} of {whole} shown; use --limit, --after {id} or --all.")
    app.console.note(
        said.format(
            shown=format_count(shown),
            whole=format_count(whole),
            most=format_count(COUNTED),
            id=last or "ID",
        ),
        loud=True,
    )


def format_count(number: int) -> str:
    """Return a number with its thousands apart: ``1 204``."""
    return f"{number:,}".replace(",", " ")
