"""Listings: declared fields, filters and sort keys.

A noun declares one :class:`Listing`; what a person asks of it is a :class:`Request`. It is read by
:mod:`crm.queries.pages`.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from crm.domain.amounts import LARGEST_WHOLE_NUMBER
from crm.domain.enums import Role
from crm.domain.errors import NotFound, UsageFault
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _
from crm.domain.text import quote

Sort = tuple[tuple[str, bool], ...]  # names of fields, each with whether it descends

# The words of a record, or its id.
SEARCH = "search_words @@ {find}({value}) OR id = search_id({value})"

_NONE: Mapping[Any, Any] = MappingProxyType({})


class Filter(NamedTuple):
    """A condition on the view's columns, in which ``{value}`` stands for the value asked for.

    A filter that is a yes or a no has no ``{value}``: asked for with ``False`` its ``opposite``
    applies, and nothing where it has none.
    """

    condition: str
    opposite: str | None = None


class Listing(NamedTuple):
    """What can be listed, how it is narrowed and in which orders.

    ``noun`` is the word of the command line, ``view`` what is read. ``search`` are conditions of
    which one is enough, each with an index of its own; ``{find}`` in them stands for the function
    that makes a query of words. Those of ``mine``, by role, are written like those of filters; its
    value is the id of the person logged in. Of the fields that can be sorted by, ``nullable`` names
    those that may have no value, ``joined`` those whose sort key is another record's, and
    ``indexed`` those whose order an index of the table has. ``words`` are the conditions on words,
    and ``near`` is how many records are looked at before an index of words is asked: as many as
    milliseconds are enough for. ``found_by`` says a condition of ``search`` on another record's
    words as it is found by their index, whatever the planner makes of a join.
    ``largest_id`` is what the id's column holds.
    """

    noun: str
    view: str
    fields: tuple[Field, ...]
    filters: Mapping[str, Filter]
    search: tuple[str, ...]
    default_sort: Sort = (("id", True),)
    mine: Mapping[Role, str] = _NONE
    nullable: frozenset[str] = frozenset()
    joined: frozenset[str] = frozenset()
    indexed: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    found_by: Mapping[str, str] = _NONE
    near: int = 5_000
    largest_id: int = LARGEST_WHOLE_NUMBER

    @property
    def default_fields(self) -> tuple[str, ...]:
        """The names of the fields that a table shows unasked."""
        return tuple(each.name for each in self.fields if each.shown)

    def find_field(self, name: str) -> Field:
        """Return the field of that name. Raises KeyError."""
        return {each.name: each for each in self.fields}[name]


class Request(NamedTuple):
    """What is asked of a listing.

    ``fields`` are names, ``None`` for all. ``filters`` are values by the filter's name; one that is
    ``None`` is not asked for. ``sort`` is the listing's own when empty; ties break on the id.
    ``limit`` is how many rows, ``None`` for all; ``after`` the id of the record that the page
    follows in this order. ``search`` finds words by prefix, without accents or case, phone numbers
    by their last digits, and an id; with ``whole`` only whole words, and with ``whole_first``, of a
    request that has a limit, those before the others.
    """

    fields: tuple[str, ...] | None = None
    filters: Mapping[str, Any] = _NONE
    sort: Sort = ()
    limit: int | None = None
    after: int | None = None
    search: str | None = None
    mine: bool = False
    whole: bool = False
    whole_first: bool = False


def select_fields(listing: Listing, request: Request) -> tuple[Field, ...]:
    """Return the fields that ``request`` asks for."""
    if request.fields is None:
        return listing.fields
    return tuple(listing.find_field(name) for name in request.fields)


def parse_fields(listing: Listing, text: str) -> tuple[str, ...]:
    """Return the fields that ``--fields a,b,c`` names, in that order, each once.

    Raises UsageFault ``unknown_field`` with the nearest names and all of them.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    known = [each.name for each in listing.fields]
    for name in names:
        if name not in known:
            raise _unknown_field_error(
                _("“{name}” is not a field.").format(name=quote(name)), name, known
            )
    return names


def parse_sort(listing: Listing, text: str) -> Sort:
    """Return the order that ``--sort name,-created_at`` means; a minus sign descends.

    Raises UsageFault ``unknown_field`` with the nearest names and all that can be sorted by.
    """
    known = [each.name for each in listing.fields if each.sort]
    order: dict[str, bool] = {}
    for part in text.split(","):
        name = part.strip().removeprefix("-")
        if name not in known:
            message = _("The listing cannot be sorted by “{name}”.").format(name=quote(name))
            raise _unknown_field_error(message, name, known)
        order.setdefault(name, part.strip().startswith("-"))
    return tuple(order.items())


def not_found_error(noun: str, record_id: int | str) -> NotFound:
    """Return the error for an id that no record has; as text, it is fit to be shown."""
    sentences = {
        "user": _("Colleague {id} does not exist."),
        "client": _("Client {id} does not exist."),
        "contract": _("Contract {id} does not exist."),
        "event": _("Event {id} does not exist."),
        "payment": _("Payment {id} does not exist."),
        "log": _("Log entry {id} does not exist."),
        "task": _("Task {id} does not exist."),
        "audit": _("Entry {id} does not exist."),
    }
    return NotFound(
        sentences[noun].format(id=record_id),
        hint=_("See them all: epicevents {noun} list").format(noun=noun),
    )


def _unknown_field_error(message: str, name: str, known: Iterable[str]) -> UsageFault:
    from difflib import get_close_matches

    known = list(known)
    nearest = get_close_matches(name[:100], known)
    hints = [_("Did you mean {names}?").format(names=", ".join(nearest))] if nearest else []
    hints.append(_("Available: {names}.").format(names=", ".join(known)))
    return UsageFault(
        message,
        hint=" ".join(hints),
        code="unknown_field",
        details={"nearest": nearest, "fields": known},
    )
