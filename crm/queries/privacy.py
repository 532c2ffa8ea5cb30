"""All that is held on one client, as their record and everything that names it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from crm.domain.fields import Field
from crm.domain.rows import Row
from crm.queries import audit, client, contract, event, log, payment, task
from crm.queries.listing import Listing

if TYPE_CHECKING:
    from crm.database.transaction import Transaction


class HeldRecords(NamedTuple):
    """Records of one kind, as their listing has them."""

    fields: Sequence[Field]
    rows: Sequence[Row]


# Of each kind, which concern client %(id)s. A denied attempt is read by MANAGEMENT alone.
_OF_CLIENT: Mapping[str, tuple[Listing, str]] = {
    "client": (client.LISTING, "id = %(id)s"),
    "contracts": (contract.LISTING, "client_id = %(id)s"),
    "payments": (
        payment.LISTING,
        "contract_id IN (SELECT id FROM contracts WHERE client_id = %(id)s)",
    ),
    "events": (event.LISTING, "client_id = %(id)s"),
    "log": (log.LISTING, "client_id = %(id)s"),
    "tasks": (task.LISTING, "client_id = %(id)s"),
    "history": (
        audit.ENTRIES,
        # Each by the index of the audit. Events that are deleted are found by what they were.
        """
        id = ANY (ARRAY(
            SELECT id FROM audit_list WHERE table_name = 'clients' AND record_id = %(id)s
            UNION ALL SELECT a.id FROM contracts k JOIN audit_list a
                ON a.table_name = 'contracts' AND a.record_id = k.id WHERE k.client_id = %(id)s
            UNION ALL SELECT a.id FROM contracts k JOIN payments p ON p.contract_id = k.id
                JOIN audit_list a ON a.table_name = 'payments' AND a.record_id = p.id
                WHERE k.client_id = %(id)s
            UNION ALL SELECT id FROM audit_list WHERE table_name = 'events' AND record_id IN (
                SELECT id FROM events WHERE client_id = %(id)s
                UNION SELECT record_id FROM audit_list WHERE table_name = 'events'
                    AND action <> 'INSERT' AND changes ? 'client_id'
                    AND changes -> 'client_id' @> to_jsonb(%(id)s)
            )
            UNION ALL SELECT id FROM audit_list WHERE table_name = 'log_entries' AND record_id IN (
                SELECT id FROM log_entries WHERE client_id = %(id)s
                UNION SELECT record_id FROM audit_list WHERE table_name = 'log_entries'
                    AND changes -> 'client_id' @> to_jsonb(%(id)s)
            )
            UNION ALL SELECT id FROM audit_list WHERE table_name = 'tasks' AND record_id IN (
                SELECT id FROM tasks WHERE client_id = %(id)s
                UNION SELECT record_id FROM audit_list WHERE table_name = 'tasks'
                    AND changes -> 'client_id' @> to_jsonb(%(id)s)
            )
        ))
        """,
    ),
    "denied_attempts": (
        audit.DENIED,
        """
        (kind = 'client' AND record_id = %(id)s)
        OR (kind = 'contract'
            AND record_id IN (SELECT id FROM contracts WHERE client_id = %(id)s))
        OR (kind = 'event' AND record_id IN (SELECT id FROM events WHERE client_id = %(id)s))
        """,
    ),
}


def read_last_email(tx: "Transaction", client_id: int) -> str | None:
    """Return the email of a client that is deleted, which the audit kept; None once it is erased.

    None too where no such client was deleted.
    """
    found: str | None = tx.value(
        "SELECT CASE WHEN jsonb_typeof(changes -> 'email' -> 0) = 'string'"
        " THEN changes -> 'email' ->> 0 END FROM audit_list"
        " WHERE table_name = 'clients' AND record_id = %s AND action = 'DELETE'"
        " ORDER BY id DESC LIMIT 1",
        (client_id,),
    )
    return found


def read_mentions(tx: "Transaction", client_id: int) -> list[tuple[str, str]]:
    """Return other records' texts with the client's email or phone: which, and what it says."""
    return [
        (mention, content)
        for mention, content in tx.rows(
            "SELECT mention, content FROM client_mentions(%s)", (client_id,)
        )
    ]


def read_held(tx: "Transaction", client_id: int) -> dict[str, HeldRecords]:
    """Return every record that concerns a client, by kind, the oldest first.

    Of one that is deleted there is no record, but still what the audit keeps.
    """
    from psycopg2.sql import SQL, Identifier

    from crm.queries.statement import build_columns

    return {
        kind: HeldRecords(
            listing.fields,
            tx.rows(
                SQL("SELECT {fields} FROM {view} WHERE {condition} ORDER BY id").format(
                    fields=build_columns(listing.fields),
                    view=Identifier(listing.view),
                    condition=SQL(condition),
                ),
                {"id": client_id},
            ),
        )
        for kind, (listing, condition) in _OF_CLIENT.items()
    }
