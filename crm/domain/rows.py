"""Rows whose values are read by the names of their columns."""

from collections.abc import Iterable
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar


class Row(tuple[Any, ...]):
    """A row of a query: its values in their order, and each under its column's name.

    Write ``row.email``: what is read by its position is another value once a column is added.
    """

    __slots__ = ()
    names: ClassVar[tuple[str, ...]] = ()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def replace(self, **values: object) -> "Row":
        """Return the row with other values in the columns that are named."""
        pairs = zip(self.names, self, strict=True)
        return type(self)(values.get(name, value) for name, value in pairs)

    def add(self, name: str, value: object) -> "Row":
        """Return the row with one more column at its end."""
        return build_row_type((*self.names, name))((*self, value))

    def leave_out(self, name: str) -> "Row":
        """Return the row without one of its columns."""
        kept = {each: value for each, value in zip(self.names, self, strict=True) if each != name}
        return build_named_row(kept, kept.values())


@cache
def build_row_type(names: tuple[str, ...]) -> type[Row]:
    """Return the type of rows with these columns, in this order."""
    # Of two columns of one name neither is read by it.
    columns = {
        name: property(itemgetter(at)) for at, name in enumerate(names) if names.count(name) == 1
    }
    return type("Row", (Row,), {**columns, "__slots__": (), "names": names})


def build_named_row(names: Iterable[str], values: Iterable[Any]) -> Row:
    """Return one row of these columns."""
    return build_row_type(tuple(names))(values)
