"""What a file of clients, contracts or events may hold, and how each cell is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.domain import inputs
from crm.domain.amounts import parse_whole_number
from crm.domain.i18n import gettext as _
from crm.importing import synonyms, values
from crm.importing.table import Names

Read = Callable[[str, str], Any]


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """A value of a row: its name, what it is called, how it is read.

    ``parts`` are the columns of the file whose cells, a space between them, are the value.
    """

    name: str
    label: Callable[[], str]
    read: Read
    parts: tuple[str, ...]


def _column(name: str, label: Callable[[], str], read: Read, *parts: str) -> ImportColumn:
    return ImportColumn(name, label, read, parts or (name,))


def _typed(source: inputs.Input, *parts: str) -> ImportColumn:
    return _column(source.name, source.label, source.read, *parts)


def client_columns() -> Sequence[ImportColumn]:
    """Return the values of a client."""
    full_name, *others = map(_typed, inputs.CLIENT)
    return [
        _typed(inputs.CLIENT[0], "first_name", full_name.name),
        *others,
        _column("sales_contact", lambda: _("Sales contact"), values.email_or_name),
    ]


def contract_columns(moments: values.Moments) -> Sequence[ImportColumn]:
    """Return the values of a contract, whose client is named by email."""
    return [
        _column("client", lambda: _("Client"), values.email_or_name),
        *map(_typed, inputs.CONTRACT),
        _column("signed_status", lambda: _("Signed"), values.yes_or_no),
        _column("due_date", lambda: _("Due date"), moments.day),
    ]


def event_columns(moments: values.Moments) -> Sequence[ImportColumn]:
    """Return the values of an event, whose contract is named by id or is its client's only one."""
    typed = {each.name: _typed(each) for each in inputs.EVENT}
    return [
        typed["name"],
        _column("client", lambda: _("Client"), values.email_or_name),
        _column("contract", lambda: _("Contract"), _id),
        _typed(inputs.CONTRACT[0]),
        typed["client_contact"],
        _column("start_date", lambda: _("Start date"), moments.read, "start_date", "start_time"),
        _column("end_date", lambda: _("End date"), moments.read, "end_date", "end_time"),
        _column("support_contact", lambda: _("Support contact"), values.email_or_name),
        typed["location"],
        typed["attendees"],
        typed["notes"],
    ]


NAMES: Mapping[str, Names] = {
    "client": synonyms.CLIENT,
    "contract": synonyms.CONTRACT,
    "event": synonyms.EVENT,
}


def _id(cell: str, label: str) -> int:
    return parse_whole_number(cell, field=label)
