"""What belongs to one record, read beside it: the contracts of a client, the client of an event."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crm.queries import client, contract, event, log, payment, task
from crm.queries.batch import Section, read_batch
from crm.queries.listing import Listing, Request

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

LATEST = 3  # log entries
MOST = 10  # records of each kind that the sheet of another shows


def read_related(tx: "Transaction", noun: str, record_id: int, now: datetime) -> dict[str, Section]:
    """Return what the sheet of a client, contract, event or payment shows beside the record.

    Of a client the open ``tasks``, the latest of the ``log``, the ``events`` not ended at ``now``,
    naive UTC, and the first ``contracts``; of a
    contract the first ``events`` and the latest ``payments``; of an event its ``contract`` and its
    ``client``, with how to reach them. Of a payment ``record_id`` is its contract's: that
    ``contract``, and its latest ``payments``.
    """
    return read_batch(tx, _WANTED[noun](record_id, now))


def _request_first(listing: Listing, **filters: Any) -> tuple[Listing, Request]:
    return listing, Request(listing.default_fields, filters, limit=MOST)


def _request_all(listing: Listing, **filters: Any) -> tuple[Listing, Request]:
    return listing, Request(filters=filters)


_WANTED: dict[str, Callable[[int, datetime], dict[str, tuple[Listing, Request]]]] = {
    "client": lambda number, now: {
        "tasks": _request_first(task.LISTING, client=number, open=True),
        "log": (
            log.OF_CLIENT,
            Request(log.OF_CLIENT.default_fields, {"client": number}, limit=LATEST),
        ),
        "events": _request_first(event.LISTING, client=number, upcoming=now, cancelled=False),
        "contracts": _request_first(contract.LISTING, client=number),
    },
    "contract": lambda number, _now: {
        "events": _request_first(event.LISTING, contract=number),
        "payments": _request_first(payment.OF_CONTRACT, contract=number),
    },
    "payment": lambda number, _now: {
        "contract": _request_first(contract.LISTING, id=number),
        "payments": _request_first(payment.OF_CONTRACT, contract=number),
    },
    "event": lambda number, _now: {
        "contract": _request_all(contract.LISTING, event=number),
        "client": _request_all(client.LISTING, event=number),
    },
}
