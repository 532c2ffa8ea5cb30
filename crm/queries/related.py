"""What belongs to one record, read beside it: the contracts of a client, the client of an event."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crm.queries import client, contract, event, payment
from crm.queries.listing import Listing, Request
from crm.queries.together import Section, read_together

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

MOST = 10  # records of each kind that the sheet of another shows


def related(tx: "Transaction", noun: str, record_id: int, now: datetime) -> dict[str, Section]:
    """Return what the sheet of a client, contract or event shows beside the record.

    Of a client the first ``contracts`` and the ``events`` not ended at ``now``, naive UTC; of a
    contract the first ``events`` and the latest ``payments``; of an event its ``contract`` and its
    ``client``, with how to reach them.
    """
    return read_together(tx, _WANTED[noun](record_id, now))


def _first(listing: Listing, **filters: Any) -> tuple[Listing, Request]:
    return listing, Request(listing.shown, filters, limit=MOST)


def _whole(listing: Listing, **filters: Any) -> tuple[Listing, Request]:
    return listing, Request(filters=filters)


_WANTED: dict[str, Callable[[int, datetime], dict[str, tuple[Listing, Request]]]] = {
    "client": lambda number, now: {
        "contracts": _first(contract.LISTING, client=number),
        "events": _first(event.LISTING, client=number, upcoming=now),
    },
    "contract": lambda number, _now: {
        "events": _first(event.LISTING, contract=number),
        "payments": _first(payment.LISTING, contract=number),
    },
    "event": lambda number, _now: {
        "contract": _whole(contract.LISTING, event=number),
        "client": _whole(client.LISTING, event=number),
    },
}
