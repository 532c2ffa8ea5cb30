"""What a task or a log entry is about: a colleague, a client, a contract, an event, by any name."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

_NOUNS = {"assignee": "user", "client": "client", "contract": "contract", "event": "event"}
NAMES = tuple(_NOUNS)


def find_subject_ids(tx: "Transaction", **named: str | None) -> dict[str, int]:
    """Return the id of each record that is named, as ``client_id`` and so on.

    Raises what :func:`crm.queries.lookup.find_record_id` raises, NotFound for an id of nothing.
    """
    from crm.queries.lookup import find_record_id

    return {
        f"{name}_id": find_record_id(tx, _NOUNS[name], text)
        for name, text in named.items()
        if text is not None
    }
