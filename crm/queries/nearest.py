"""A page of the records that have certain words.

How many have the beginning of a word, the planner cannot know. Where it hopes for many it reads all
records in order and finds none; where it hopes for few it collects thousands for a page of thirty.
So the first records in that order are looked at, and only where they do not fill the page the
index of words is asked.
"""

from collections.abc import Sequence

from psycopg2.sql import SQL, Composable

# OFFSET keeps the LIMIT from being planned for: from here all that fit are read, by their index.
_FOUND = SQL("ARRAY(SELECT id FROM ({fitting}) {view} ORDER BY {order} LIMIT {limit})")
_FITTING = SQL("(SELECT * FROM {view}{fitting} OFFSET 0)")
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
    conditions: Sequence[Sequence[Composable]],
    found: Sequence[Sequence[Composable]],
    order: Composable,
    limit: Composable,
) -> Composable:
    """Return the statement that reads the first ``limit`` records that fit.

    ``place`` says where in the order the page begins, ``conditions`` what fits, in ways of
    which one is enough and that exclude one another, and ``found`` the same as indexes find it.
    ``near`` is how many records are looked at first, ``None`` where all are found by index.
    """
    parts = {"view": view, "order": order, "limit": limit, "columns": columns}
    fitting = [_FITTING.format(view=view, fitting=build_where([*place, *each])) for each in found]
    every = _FOUND.format(fitting=SQL(" UNION ALL ").join(fitting), **parts)
    if near is None:
        return _PAGE.format(found=every, **parts)
    return _NEAREST.format(
        found=every,
        place=build_where(place),
        conditions=SQL(" WHERE {}").format(
            SQL(" OR ").join(SQL("({})").format(build_all(each)) for each in conditions)
        ),
        near=near,
        **parts,
    )


def build_where(conditions: Sequence[Composable]) -> Composable:
    """Return conditions that all have to hold, as they follow FROM."""
    return SQL(" WHERE {}").format(build_all(conditions)) if conditions else SQL("")


def build_all(conditions: Sequence[Composable]) -> Composable:
    """Return conditions, of which there are some, as one that all have to hold."""
    return SQL(" AND ").join(SQL("({})").format(each) for each in conditions)
