"""Rows of a file as values of columns, or with what is wrong with them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from crm.domain.errors import InvalidValue
from crm.importing.nouns import ImportColumn
from crm.importing.table import Table
from crm.importing.values import Moments, is_nothing, refuse_broken

_SAID_EVERY = 1000  # rows

_Source = tuple[str, Callable[[str, str], Any], tuple[int, ...]]  # its name, how, from which cells


def clean(
    table: Table,
    columns: Sequence[ImportColumn],
    moments: Moments,
    said: Callable[[int], None],
) -> Iterator[tuple[Any, ...]]:
    """Yield of each row its number, the code of why it is refused, the sentences, and the values.

    Rows that have no value at all are left out. ``said`` is called with how many are read.
    """
    sources: list[_Source] = [
        (
            each.label(),
            each.read,
            tuple(table.columns[part] for part in each.parts if part in table.columns),
        )
        for each in columns
    ]
    nothing = [None] * len(sources)
    for count, (number, cells) in enumerate(table.rows(), 1):
        moments.line = number
        if count % _SAID_EVERY == 0:
            said(count)
        values, wrong = _clean_row(cells, sources)
        if wrong:
            # Of several the first gives the code; the sentences say all of it.
            yield number, wrong[0].code, " ".join(each.message for each in wrong), *nothing
        elif values != nothing:
            yield number, None, None, *values


def _clean_row(
    cells: Sequence[str], sources: Sequence[_Source]
) -> tuple[list[Any], list[InvalidValue]]:
    """Return the values of a row, and all that is wrong with it."""
    width = len(cells)
    values: list[Any] = []
    wrong: list[InvalidValue] = []
    for label, read, positions in sources:
        parts = [cells[at].strip() for at in positions if at < width]
        cell = parts[0] if len(parts) == 1 else _join(parts)
        try:
            if is_nothing(cell):
                values.append(None)
                continue
            refuse_broken(cell, label)
            values.append(read(cell, label))
        except InvalidValue as error:
            # Kept, not raised: all that is wrong with a file is said at once.
            wrong.append(error)
    return values, wrong


def _join(parts: Sequence[str]) -> str:
    return " ".join(part for part in parts if not is_nothing(part))
