"""Several listings in one round trip, for sheets, searches and dashboards."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.domain.fields import Field, Kind
from crm.queries.listing import Listing, Request, Row, selected

if TYPE_CHECKING:
    from crm.database import Transaction

RELATED = 10  # records of each kind that the sheet of another shows
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


def read_together(
    tx: "Transaction", wanted: Mapping[str, tuple[Listing, Request]]
) -> dict[str, Section]:
    """Read several listings by one statement; return them under the same keys, in that order.

    Raises what :func:`crm.queries.listing.page` raises.
    """
    import json
    from decimal import Decimal

    from psycopg2.sql import SQL

    from crm.queries.statement import Parameters, columns, select, select_count

    parameters = Parameters()
    parts = [
        SQL(
            "SELECT {key}, (SELECT json_agg(json_build_array({columns}))::text FROM ({rows}) r),"
            " ({count})"
        ).format(
            key=parameters.bind(key),
            columns=columns(selected(listing, request)),
            rows=select(tx, listing, request, parameters, limit=request.limit),
            count=select_count(tx, listing, request, parameters, COUNTED),
        )
        for key, (listing, request) in wanted.items()
    ]
    found = {key: rest for key, *rest in tx.rows(SQL(" UNION ALL ").join(parts), parameters)}
    sections = {}
    for key, (listing, request) in wanted.items():
        rows, total = found[key]
        fields = selected(listing, request)
        values = json.loads(rows or "[]", parse_float=Decimal)
        sections[key] = Section(listing.noun, fields, [_row(fields, row) for row in values], total)
    return sections


def _row(fields: tuple[Field, ...], values: list[Any]) -> Row:
    return tuple(
        _FROM_JSON[field.kind](value) if value is not None and field.kind in _FROM_JSON else value
        for field, value in zip(fields, values, strict=True)
    )
