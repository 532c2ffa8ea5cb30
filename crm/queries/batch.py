"""Several listings in one round trip, for sheets, searches and dashboards."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.domain.fields import Field, Kind
from crm.domain.rows import Row, build_named_row
from crm.queries.listing import Listing, Request, select_fields

if TYPE_CHECKING:
    from psycopg2.sql import Composable

    from crm.database.transaction import Transaction
    from crm.queries.statement import Parameters

COUNTED = 1_000  # where counting stops

# What JSON has no form for. Amounts are read as Decimal to begin with.
_FROM_JSON: dict[Kind, Callable[[str], Any]] = {
    Kind.TIMESTAMP: datetime.fromisoformat,
    Kind.DATE: date.fromisoformat,
}


class Section(NamedTuple):
    """The first rows of a listing, and how many there are; ``COUNTED + 1`` means more than that."""

    noun: str
    fields: tuple[Field, ...]
    rows: list[Row]
    total: int


def read_batch(
    tx: "Transaction", wanted: Mapping[str, tuple[Listing, Request]]
) -> dict[str, Section]:
    """Read several listings by one statement; return them under the same keys, in that order.

    Raises what :func:`crm.queries.pages.read_page` raises.
    """
    import json
    from decimal import Decimal

    from psycopg2.sql import SQL

    from crm.queries import statement

    parameters = statement.Parameters()
    parts = [
        _build_section(tx, key, listing, request, parameters)
        for key, (listing, request) in wanted.items()
    ]
    found = {row.key: row for row in tx.rows(SQL(" UNION ALL ").join(parts), parameters)}
    sections = {}
    for key, (listing, request) in wanted.items():
        part = found[key]
        fields = select_fields(listing, request)
        values = json.loads(part.read or "[]", parse_float=Decimal)
        sections[key] = Section(
            listing.noun, fields, [_row(fields, row) for row in values], part.total
        )
    return sections


def _build_section(
    tx: "Transaction",
    key: str,
    listing: Listing,
    request: Request,
    parameters: "Parameters",
) -> "Composable":
    """Return the statement for one row: its key, a listing's rows as JSON, and their number."""
    from psycopg2.sql import SQL

    from crm.queries import statement

    limit = request.limit
    written = SQL("(SELECT json_agg(json_build_array({columns})) FROM ({rows}) r)")
    columns = statement.build_columns(select_fields(listing, request))
    read: Composable = written.format(
        columns=columns, rows=statement.build_select(tx, listing, request, parameters, limit)
    )
    if request.mine and request.after is None:
        # Counting finds what is few. A page in some order would look for it once more: where the
        # planner hopes for many, in everybody's records.
        few = statement.build_select_these(listing, request, SQL("ids"), limit, parameters)
        read = SQL("CASE WHEN total > {most} THEN {read} ELSE {few} END").format(
            most=SQL(str(COUNTED)), read=read, few=written.format(columns=columns, rows=few)
        )
    return SQL(
        "SELECT {key} AS key, {read}::text AS read, total FROM"
        " (SELECT count(*) AS total, array_agg(id) AS ids FROM ({some}) each) counted"
    ).format(
        key=parameters.bind(key),
        read=read,
        some=statement.build_select_some(tx, listing, request, parameters, COUNTED, SQL("id")),
    )


def _row(fields: tuple[Field, ...], values: list[Any]) -> Row:
    return build_named_row(
        (field.name for field in fields),
        (
            _FROM_JSON[field.kind](value)
            if value is not None and field.kind in _FROM_JSON
            else value
            for field, value in zip(fields, values, strict=True)
        ),
    )
