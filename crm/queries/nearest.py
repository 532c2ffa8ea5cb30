"""A page of the records that have certain words.

How many have the beginning of a word, the planner cannot know. Where it hopes for many it reads all
records in order and finds none; where it hopes for few it collects thousands for a page of thirty.
So the first records in that order are looked at, and only where they do not fill the page the
index of words is asked.
"""

from collections.abc import Sequence

from psycopg2.sql import SQL, Composable

# OFFSET keeps the LIMIT from being planned for: from here all that fit are read, by their index.
_FOUND = SQL("""ARRAY(
    SELECT id FROM (SELECT * FROM {view}{fitting} OFFSET 0) {view} ORDER BY {order} LIMIT {limit}
)""")
_PAGE = SQL("SELECT {columns} FROM {view} WHERE id = ANY ({found}) ORDER BY {order}")
_NEAREST = SQL("""
WITH near AS MATERIALIZED (
    SELECT id FROM (SELECT * FROM {view}{place} ORDER BY {order} LIMIT {near}) {view}
    {conditions} ORDER BY {order} LIMIT {limit}
)
SELECT {columns} FROM {view} WHERE id = ANY (
    CASE WHEN (SELECT count(*) FROM near) = {limit} THEN ARRAY(SELECT id FROM near) ELSE {found} END
) ORDER BY {order}
""")


def build_nearest_page(
    near: Composable | None,
    *,
    columns: Composable,
    view: Composable,
    place: Sequence[Composable],
    conditions: Sequence[Composable],
    order: Composable,
    limit: Composable,
) -> Composable:
    """Return the statement that reads the first ``limit`` records that fit.

    ``place`` says where in the order the page begins, ``conditions`` what fits. ``near`` is how
    many records are looked at first, ``None`` where no index has the order.
    """
    parts = {"view": view, "order": order, "limit": limit, "columns": columns}
    found = _FOUND.format(fitting=build_where([*place, *conditions]), **parts)
    if near is None:
        return _PAGE.format(found=found, **parts)
    return _NEAREST.format(
        found=found,
        place=build_where(place),
        conditions=build_where(conditions),
        near=near,
        **parts,
    )


def build_where(conditions: Sequence[Composable]) -> Composable:
    """Return conditions that all have to hold, as they follow FROM."""
    if not conditions:
        return SQL("")
    return SQL(" WHERE {}").format(
        SQL(" AND ").join(SQL("({})").format(each) for each in conditions)
    )
