"""A listing and a request as one parameterised statement.

Names in it come from declarations, never from a person; values are bound.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Composed, Identifier, Placeholder

from crm.domain.errors import UsageFault
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _
from crm.queries import nearest
from crm.queries.keyset import Key, build_after, build_order_by
from crm.queries.listing import Listing, Request, not_found_error, select_fields
from crm.queries.nearest import build_where

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

# What is sorted as text is sorted the same on every server, whatever its locale.
_TEXTS = {Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.CODE}


_NO_WORDS = SQL("")
_AS_IS: Mapping[str, str] = MappingProxyType({})


class Parameters(dict[str, Any]):
    """The values of a statement, each under a name of its own."""

    def bind(self, value: Any) -> Placeholder:
        """Keep a value, and return the placeholder that stands for it."""
        name = f"value{len(self) + 1}"
        self[name] = strip_unstorable(value) if isinstance(value, str) else value
        return Placeholder(name)


def strip_unstorable(text: str) -> str:
    """Return ``text`` without what no column holds and the driver refuses: NUL, lone surrogates."""
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text)


def build_select(
    tx: "Transaction",
    listing: Listing,
    request: Request,
    parameters: Parameters,
    limit: int | None = None,
) -> Composable:
    """Return the statement that reads what ``request`` asks for, its values in ``parameters``.

    Raises NotFound when ``request.after`` is no record, UsageFault ``mine_without_role``.
    """
    if request.whole_first and request.search is not None:
        return _build_select_whole_first(tx, listing, request, parameters, limit)
    keys = _sort_keys(listing, request)
    place = _not_null(keys)
    if request.after is not None:
        position = _read_position(tx, listing, keys, request.after)
        place = [build_after(keys, position, parameters.bind)]
    view = Identifier(listing.view)
    columns = build_columns(select_fields(listing, request))
    order = build_order_by(keys)
    found = _build_ways(tx, listing, request, parameters, listing.found_by)
    if limit is not None and _is_of_words(listing, request):
        first = (request.sort or listing.default_sort)[0][0]
        by_order = first in listing.indexed and not _is_number(request.search)
        return nearest.build_nearest_page(
            parameters.bind(listing.near) if by_order else None,
            columns=columns,
            view=view,
            place=place,
            conditions=_build_ways(tx, listing, request, parameters),
            found=found,
            order=order,
            limit=parameters.bind(limit),
        )
    return SQL("SELECT {columns} FROM {source} ORDER BY {order}{limit}").format(
        columns=columns,
        source=_build_source(view, SQL("*"), [[*place, *each] for each in found]),
        order=order,
        limit=_build_limit(limit, parameters),
    )


def _build_select_whole_first(
    tx: "Transaction", listing: Listing, request: Request, parameters: Parameters, limit: int | None
) -> Composable:
    """Return the statement that reads what has the words searched for, before what begins so."""
    each = request._replace(fields=("id",), whole_first=False)
    # Each by the index on words, and the first only once, though it is named twice.
    return SQL(
        "WITH whole AS MATERIALIZED ({whole}), begun AS MATERIALIZED ({begun})"
        " SELECT {columns} FROM {view} WHERE id = ANY ("
        " ARRAY(SELECT id FROM whole) || ARRAY(SELECT id FROM begun))"
        " ORDER BY id = ANY (ARRAY(SELECT id FROM whole)) DESC, {order}{limit}"
    ).format(
        whole=build_select(tx, listing, each._replace(whole=True), parameters, limit),
        begun=build_select(tx, listing, each, parameters, limit),
        columns=build_columns(select_fields(listing, request)),
        view=Identifier(listing.view),
        order=build_order_by(_sort_keys(listing, request)),
        limit=_build_limit(limit, parameters),
    )


def build_count(
    tx: "Transaction",
    listing: Listing,
    request: Request,
    parameters: Parameters,
    most: int | None = None,
) -> Composable:
    """Return the statement that counts what fits the filters, up to one more than ``most``."""
    return SQL("SELECT count(*) FROM ({some}) counted").format(
        some=build_select_some(tx, listing, request, parameters, most, SQL("id"))
    )


def build_select_some(
    tx: "Transaction",
    listing: Listing,
    request: Request,
    parameters: Parameters,
    most: int | None,
    column: Composable,
) -> Composable:
    """Return the statement that reads a column of what fits the filters, in no order.

    It stops at one more than ``most``.
    """
    return SQL("SELECT {column} FROM {source}{limit}").format(
        column=column,
        source=_build_source(
            Identifier(listing.view),
            column,
            _build_ways(tx, listing, request, parameters, listing.found_by),
        ),
        limit=_build_limit(None if most is None else most + 1, parameters),
    )


def build_select_these(
    listing: Listing, request: Request, ids: Composable, limit: int | None, parameters: Parameters
) -> Composable:
    """Return the statement that reads those of the records with these ids that come first."""
    return SQL(
        "SELECT {columns} FROM {view} WHERE id = ANY ({ids}) ORDER BY {order}{limit}"
    ).format(
        columns=build_columns(select_fields(listing, request)),
        view=Identifier(listing.view),
        ids=ids,
        order=build_order_by(_sort_keys(listing, request)),
        limit=_build_limit(limit, parameters),
    )


def build_select_record(listing: Listing) -> Composable:
    """Return the statement that reads the record whose id is the parameter ``id``."""
    return SQL("SELECT {} FROM {} WHERE id = {}").format(
        build_columns(listing.fields), Identifier(listing.view), Placeholder("id")
    )


def build_copy(tx: "Transaction", statement: Composable, parameters: Parameters) -> str:
    """Return the COPY of a statement; it takes no parameters, so their values are part of it."""
    with tx.connection.cursor() as cursor:
        query = cursor.mogrify(statement, parameters)
    return f"COPY ({query.decode()}) TO STDOUT (NULL '', ENCODING 'UTF8')"


def build_columns(fields: Iterable[Field]) -> Composable:
    """Return the columns of ``fields``, in that order."""
    return SQL(", ").join(Identifier(each.name) for each in fields)


def _build_ways(
    tx: "Transaction",
    listing: Listing,
    request: Request,
    parameters: Parameters,
    found_by: Mapping[str, str] = _AS_IS,
) -> list[list[Composable]]:
    """Return the conditions that a request means, once for each way to be found by its search.

    No record fits two of them. ``found_by`` has those that are written otherwise.
    """
    wanted: list[tuple[str | None, Any]] = []
    for name, value in request.filters.items():
        if value is not None:
            asked = listing.filters[name]
            wanted.append((asked.opposite if value is False else asked.condition, value))
    if request.mine:
        wanted.append((_build_mine(tx, listing), tx.actor.id))
    common: list[Composable] = [
        _build_condition(template, value, parameters) for template, value in wanted if template
    ]
    if request.search is None:
        return [common]
    find = SQL("whole_query" if request.whole else "prefix_query")
    ways: list[list[Composable]] = []
    before: list[Composable] = []
    for template in listing.search:
        condition = _build_condition(template, request.search, parameters, find)
        written = found_by.get(template, template)
        ways.append([*common, *before, _build_condition(written, request.search, parameters, find)])
        # NOT would lose the records of which the other condition is unknown.
        before.append(SQL("({}) IS NOT TRUE").format(condition))
    return ways


def _is_of_words(listing: Listing, request: Request) -> bool:
    """Whether something that is asked for is found by an index of words."""
    asked = {
        listing.filters[name].condition
        for name, value in request.filters.items()
        if value is not None
    }
    if request.search is not None:
        asked.update(listing.search)
    return not asked.isdisjoint(listing.words)


def _is_number(search: str | None) -> bool:
    """Whether a search is for a phone, an id or another number, which few records have."""
    digits = re.sub(r"[\s+()./\u2010-\u2013-]", "", search or "")
    return re.fullmatch("#[0-9]+|[0-9]{4,}", digits) is not None


def _build_source(
    view: Composable, column: Composable, ways: Sequence[Sequence[Composable]]
) -> Composable:
    """Return what stands behind FROM to read ``column`` of what fits one of several conditions."""
    if len(ways) == 1:
        return SQL("{}{}").format(view, build_where(ways[0]))
    parts = [
        SQL("SELECT {} FROM {}{}").format(column, view, build_where(conditions))
        for conditions in ways
    ]
    return SQL("({}) {}").format(SQL(" UNION ALL ").join(parts), view)


def _build_condition(
    template: str, value: Any, parameters: Parameters, find: SQL = _NO_WORDS
) -> Composed:
    if "{value}" not in template:
        return SQL(template).format()
    return SQL(template).format(value=parameters.bind(value), find=find)


def _build_mine(tx: "Transaction", listing: Listing) -> str:
    role = tx.actor.role
    if role not in listing.mine:
        raise UsageFault(
            _("{role} owns nothing in this listing.").format(role=role),
            hint=_("Leave out --mine, or name a colleague."),
            code="mine_without_role",
        )
    return listing.mine[role]


def _sort_keys(listing: Listing, request: Request) -> list[Key]:
    sort = request.sort or listing.default_sort
    keys = []
    # The id makes the order total, in the direction of the first key; nothing can matter after it.
    for name, descending in (*sort, ("id", sort[0][1])):
        declared = listing.find_field(name)
        column: Composable = Identifier(declared.sort or declared.name)
        if declared.kind in _TEXTS:
            column = SQL('{} COLLATE "C"').format(column)
        keys.append(Key(column, descending, name in listing.nullable, name in listing.joined))
        if name == "id":
            break
    return keys


def _not_null(keys: list[Key]) -> list[Composable]:
    # Views join from the left, and where a join may find nothing no plan begins at the other table,
    # in the order of its index. Every record has one of these, which tells the planner so.
    return [
        SQL("{} IS NOT NULL").format(key.column) for key in keys if key.joined and not key.nullable
    ]


def _read_position(
    tx: "Transaction", listing: Listing, keys: list[Key], record_id: int
) -> tuple[Any, ...]:
    statement = SQL("SELECT {} FROM {} WHERE id = {}").format(
        SQL(", ").join(key.column for key in keys), Identifier(listing.view), Placeholder("id")
    )
    position = tx.row(statement, {"id": record_id})
    if position is None:
        raise not_found_error(listing.noun, record_id)
    return position


def _build_limit(limit: int | None, parameters: Parameters) -> Composable:
    return SQL("") if limit is None else SQL(" LIMIT {}").format(parameters.bind(limit))
