"""Reading what is asked of a listing: a page, the number, all of it, one record.

The SQL is put together in :mod:`crm.queries.statement`, which is imported only when something is
read: it takes the driver, which help and completion do without.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from crm.domain.fields import Field
from crm.domain.rows import Row
from crm.queries.listing import Listing, Request, select_fields

if TYPE_CHECKING:
    from crm.database.transaction import Transaction


class Page(NamedTuple):
    """The rows that were asked for, their fields, and whether more follow."""

    fields: tuple[Field, ...]
    rows: list[Row]
    more: bool


def read_page(tx: "Transaction", listing: Listing, request: Request) -> Page:
    """Read the rows that ``request`` asks for.

    Raises NotFound when ``after`` is no record, UsageFault ``mine_without_role`` when nothing in
    this listing belongs to the role of the person logged in.
    """
    from crm.queries.statement import Parameters, build_select

    # One more than is shown tells whether more follow, without counting them.
    wanted = None if request.limit is None else request.limit + 1
    parameters = Parameters()
    rows = tx.rows(build_select(tx, listing, request, parameters, limit=wanted), parameters)
    more = wanted is not None and len(rows) == wanted
    return Page(select_fields(listing, request), rows[:-1] if more else rows, more)


def count_records(
    tx: "Transaction", listing: Listing, request: Request, most: int | None = None
) -> int:
    """Return how many records fit the filters, whatever the page.

    Counting stops at ``most``: ``most + 1`` means that there are more. Raises UsageFault as
    :func:`read_page` does.
    """
    from crm.queries.statement import Parameters, build_count

    parameters = Parameters()
    return int(tx.value(build_count(tx, listing, request, parameters, most), parameters))


def stream_records(tx: "Transaction", listing: Listing, request: Request) -> Iterator[Row]:
    """Yield the rows that ``request`` asks for as the server finds them, however many there are.

    Raises what :func:`read_page` raises, when the first row is asked for.
    """
    from crm.queries.statement import Parameters, build_select

    parameters = Parameters()
    statement = build_select(tx, listing, request, parameters, limit=request.limit)
    yield from tx.stream(statement, parameters)


def copy_records(
    tx: "Transaction",
    listing: Listing,
    request: Request,
    take: "Callable[[Sequence[bytes]], None]",
) -> None:
    """Hand over all rows that ``request`` asks for as PostgreSQL's COPY writes them.

    A row is a line of UTF-8, its values separated by tabs and none of them empty; what is special
    in them is escaped by a backslash. This costs a tenth of reading them as values. Raises what
    :func:`read_page` raises.
    """
    from crm.database.copying import copy_out
    from crm.queries.statement import Parameters, build_copy, build_select

    parameters = Parameters()
    statement = build_select(tx, listing, request, parameters)
    # Whoever reads what is written may take all the time.
    tx.value("SELECT set_config('statement_timeout', '0', true)")
    copy_out(tx.connection, build_copy(tx, statement, parameters), take)


def read_record(tx: "Transaction", listing: Listing, record_id: int) -> Row | None:
    """Return one record with all fields of the listing, ``None`` where there is none."""
    from crm.queries.statement import build_select_record

    return tx.row(build_select_record(listing), {"id": record_id})
