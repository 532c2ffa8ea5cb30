"""Pages by position in an order instead of by number: the next one costs what the first did."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from psycopg2.sql import SQL, Composable

Bind = Callable[[Any], Composable]


class Key(NamedTuple):
    """What records are ordered by.

    A ``nullable`` one puts those without a value last, in both directions. A ``joined`` one is a
    column of another table than the id's.
    """

    column: Composable
    descending: bool
    nullable: bool = False
    joined: bool = False


def build_order_by(keys: Sequence[Key]) -> Composable:
    """Return what follows ORDER BY."""
    # NULLS LAST only where there can be some: no index serves a descending order with it.
    return SQL(", ").join(
        SQL("{}{}{}").format(
            key.column,
            SQL(" DESC" if key.descending else ""),
            SQL(" NULLS LAST" if key.nullable else ""),
        )
        for key in keys
    )


def build_after(keys: Sequence[Key], values: Sequence[Any], bind: Bind) -> Composable:
    """Return the condition of the records that follow the one with these values of its keys.

    The last key is unique and never null.
    """
    if _is_one_index_order(keys):
        return SQL("({}) {} ({})").format(
            SQL(", ").join(key.column for key in keys),
            _build_beyond(keys[0]),
            SQL(", ").join(bind(value) for value in values),
        )
    return _build_following(keys, values, bind)


def _is_one_index_order(keys: Sequence[Key]) -> bool:
    # An index on all the keys then begins right behind the record, however many tie with it.
    directions = {key.descending for key in keys}
    return len(directions) == 1 and not any(key.nullable or key.joined for key in keys)


def _build_following(keys: Sequence[Key], values: Sequence[Any], bind: Bind) -> Composable:
    key, value = keys[0], values[0]
    if len(keys) == 1:
        return SQL("{} {} {}").format(key.column, _build_beyond(key), bind(value))
    rest = _build_following(keys[1:], values[1:], bind)
    if value is None:
        return SQL("{} IS NULL AND {}").format(key.column, rest)
    # Not "k > v OR k = v AND …", which says the same: no index is found for that, and after
    # "k >= v AND k > v" the planner expects far too few rows.
    condition = "({k} {beyond}= {v} OR {k} IS NULL) AND ({k} IS DISTINCT FROM {v} OR {rest})"
    if not key.nullable:
        condition = "{k} {beyond}= {v} AND ({k} <> {v} OR {rest})"
    return SQL(condition).format(k=key.column, beyond=_build_beyond(key), v=bind(value), rest=rest)


def _build_beyond(key: Key) -> SQL:
    return SQL("<" if key.descending else ">")
