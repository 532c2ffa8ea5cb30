"""How one record is found, and how it is shown."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from crm.cli.app import App

if TYPE_CHECKING:
    from crm.cli.output.detail import NextCommand, RelatedRecords
    from crm.database.transaction import Transaction
    from crm.domain.fields import Field
    from crm.domain.rows import Row
    from crm.queries.listing import Listing


def find_row(tx: "Transaction", listing: "Listing", text: str) -> "Row":
    """Return the record that ``text`` means: by its id, or by words that only one has.

    Raises UsageFault ``invalid_id`` or ``ambiguous_reference``, NotFound.
    """
    from crm.queries.listing import not_found_error
    from crm.queries.lookup import find_record_id
    from crm.queries.pages import read_record

    record_id = find_record_id(tx, listing.noun, text)
    row = read_record(tx, listing, record_id)
    if row is None:
        raise not_found_error(listing.noun, record_id)
    return row


def map_fields(fields: "Sequence[Field]", row: Sequence[Any]) -> dict[str, Any]:
    """Return the values of a row by the names of their fields."""
    return dict(zip((field.name for field in fields), row, strict=True))


def hide_fields(
    fields: "Sequence[Field]", row: "Row", *names: str
) -> "tuple[Sequence[Field], Row]":
    """Return the fields and the values of a record without some of them."""
    for name in names:
        row = row.leave_out(name)
    return [field for field in fields if field.name not in names], row


def show_record(
    app: App,
    output: str,
    title: str,
    fields: "Sequence[Field]",
    row: Sequence[Any],
    *,
    related: "Sequence[RelatedRecords]" = (),
    commands: "Sequence[NextCommand]" = (),
    brief: bool = False,
) -> None:
    """Print one record: a sheet for people, ``brief`` where it is to fit a screen, or JSON."""
    if output == "json":
        print_json(app, fields, row)
        return
    from crm.cli.output import detail

    detail.show_sheet(
        title, fields, row, app.console, related=related, commands=commands, brief=brief
    )


def print_json(app: App, fields: "Sequence[Field]", *rows: Sequence[Any]) -> None:
    """Print one record as one JSON object, several as a list of them."""
    from crm.cli.output import export

    if len(rows) == 1:
        export.write_record(fields, rows[0], app.console.stream, app.console.zone)
    else:
        print_json_list(app, fields, rows)


def print_json_list(app: App, fields: "Sequence[Field]", rows: Iterable[Sequence[Any]]) -> None:
    """Print records as one JSON array, however many they are."""
    from crm.cli.output import export

    export.write_listing("json", fields, rows, app.console.stream, app.console.zone)
