"""What a column of a listing or a sheet is: its name in machine formats and its kind of value."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """How a value is compared, written for machines and shown to people."""

    ID = "id"
    TEXT = "text"
    LONG_TEXT = "long_text"
    EMAIL = "email"
    PHONE = "phone"
    MONEY = "money"  # Decimal with two decimals
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"  # naive datetime in UTC, as the columns hold it
    DATE = "date"
    CODE = "code"  # one of a closed list of words, such as a role or a state


class Field(NamedTuple):
    """One field of a record.

    ``name`` is the key in machine formats, the column of the view and the value of ``--fields``.
    ``sort`` is the view's column to order by, ``None`` where ordering makes no sense.
    ``shown`` says whether a table shows it unasked.
    """

    name: str
    kind: Kind = Kind.TEXT
    sort: str | None = None
    shown: bool = True
