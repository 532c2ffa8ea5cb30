"""Which record of any kind somebody means: its id, or words that only one of them matches."""

from typing import TYPE_CHECKING, Any, NamedTuple

from crm.domain.amounts import format_amount
from crm.domain.errors import NotFound, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.text import quote
from crm.queries import contract, event, reference
from crm.queries.listing import Filter, Listing, Request
from crm.queries.reference import LISTED, LONGEST, PHONE_DIGITS

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.domain.rows import Row

_NAMED = Filter("name_folded = left(fold({value}), 200)")


class _Kind(NamedTuple):
    """How a record without an email is found: what it is called, and what tells it from others."""

    listing: Listing
    name: str
    told: str
    requests: tuple[Request, ...]  # each asked of what the one before did not find


_KINDS = {
    "contract": _Kind(
        contract.LISTING,
        "client",
        "total_amount",
        (Request(whole=True), Request()),
    ),
    # "Gala" is the one that is called so, before "Gala of the north".
    "event": _Kind(
        event.LISTING._replace(
            filters={"named": _NAMED}, words=event.LISTING.words | {_NAMED.condition}
        ),
        "name",
        "start_date",
        (Request(filters={"named": ""}), Request(whole=True), Request()),
    ),
}


def find_record_id(tx: "Transaction", noun: str, text: str) -> int:
    """Return the id of the record that ``text`` means.

    A colleague or a client is meant by id, email, phone or name, a contract by its client or the
    reference of a payment, an event by what it is called, who is met and where. What has the words
    as they are goes before what only begins with them. Raises UsageFault ``ambiguous_reference``
    when several match, ``invalid_id`` for other records, NotFound.
    """
    if noun == "client":
        return reference.find_client_id(tx, text)
    if noun == "user":
        return reference.find_user_id(tx, text)
    if noun not in _KINDS or reference.parse_number(text) is not None:
        return reference.parse_record_id(text, noun)
    return _find_by_words(tx, noun, text.strip())


def find_lasting_id(tx: "Transaction", noun: str, text: str) -> int:
    """Return the id that ``text`` means, even of a record that was deleted.

    One that exists may be named as in :func:`find_record_id`, which says what is raised.
    """
    # More digits are whose phone it is.
    if reference.parse_number(text) is not None and len(text.strip()) < PHONE_DIGITS:
        return reference.parse_record_id(text, noun)
    return find_record_id(tx, noun, text)


def _find_by_words(tx: "Transaction", noun: str, text: str) -> int:
    from crm.queries.pages import read_page

    kind = _KINDS[noun]
    fields = ("id", kind.name, kind.told)
    for asked in kind.requests if len(text) <= LONGEST else ():
        by_name = bool(asked.filters)
        request = asked._replace(
            fields=fields,
            filters={"named": text} if by_name else {},
            search=None if by_name else text,
            sort=(("id", True),),
            limit=LISTED,
        )
        found = read_page(tx, kind.listing, request)
        if len(found.rows) == 1:
            return int(found.rows[0].id)
        if found.rows:
            raise _ambiguous_error(tx, kind, text, found.rows, more=found.more)
    sentences = {
        "contract": _("No contract matches “{value}”."),
        "event": _("No event matches “{value}”."),
    }
    raise NotFound(
        sentences[noun].format(value=quote(text)),
        hint=_("See them all: epicevents {noun} list").format(noun=noun),
    )


def _ambiguous_error(
    tx: "Transaction", kind: _Kind, text: str, rows: "list[Row]", *, more: bool
) -> UsageFault:
    matches = [
        {
            "id": row.id,
            "name": getattr(row, kind.name),
            kind.told: _say(tx, getattr(row, kind.told)),
        }
        for row in rows
    ]
    names = "; ".join(
        f"{each['id']} {quote(str(each['name']))}, {each[kind.told]}" for each in matches
    )
    sentences = {
        "contract": _("“{value}” matches several contracts: {names}."),
        "event": _("“{value}” matches several events: {names}."),
    }
    return UsageFault(
        sentences[kind.listing.noun].format(value=quote(text), names=names + "; …" * more),
        hint=_("Give the id."),
        code="ambiguous_reference",
        details={"matches": matches},
    )


def _say(tx: "Transaction", value: Any) -> str:
    """Return what tells one record from others of its name: an amount, or the day it begins."""
    from datetime import datetime

    if isinstance(value, datetime):
        query = "SELECT timezone(company_zone(), timezone('utc', %s::timestamp))::date"
        return str(tx.value(query, (value,)))
    return format_amount(value)
