"""One search through everything."""

from typing import TYPE_CHECKING

from crm.queries import client, contract, event, user
from crm.queries.batch import Section, read_batch
from crm.queries.listing import Request

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

LISTINGS = {
    "clients": client.LISTING,
    "contracts": contract.LISTING,
    "events": event.LISTING,
    "users": user.LISTING,
}


def search_everything(tx: "Transaction", text: str, limit: int = 10) -> dict[str, Section]:
    """Find clients, contracts (by their client), events and colleagues that have all the words.

    Each word counts as the beginning of one, without accents or case; a number as an id too, and as
    the end of a phone number. The keys are ``clients``, ``contracts``, ``events`` and ``users``,
    also where nothing was found; what has the words as they are comes first, then the newest.
    """
    return read_batch(
        tx,
        {
            key: (
                listing,
                Request(search=text, sort=(("id", True),), limit=limit, whole_first=True),
            )
            for key, listing in LISTINGS.items()
        },
    )
