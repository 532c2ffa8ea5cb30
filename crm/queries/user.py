"""Reading colleagues and their accounts."""

from datetime import datetime
from typing import TYPE_CHECKING

from crm.domain.fields import Field, Kind
from crm.queries.contract import UNSETTLED
from crm.queries.listing import SEARCH, Filter, Listing

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

LISTING = Listing(
    noun="user",
    view="user_list",
    fields=(
        Field("id", Kind.ID, sort="id"),
        Field("first_name"),
        Field("last_name", sort="name_folded"),
        Field("email", Kind.EMAIL, sort="email"),
        Field("phone", Kind.PHONE, sort="phone"),
        Field("role", Kind.CODE, sort="role"),
        Field("is_active", Kind.BOOLEAN, sort="is_active"),
        Field("created_at", Kind.TIMESTAMP, sort="created_at", shown=False),
        Field("updated_at", Kind.TIMESTAMP, sort="updated_at", shown=False),
        Field("version", Kind.INTEGER, shown=False),
    ),
    filters={
        "role": Filter("role = {value}"),
        "active": Filter("is_active", "NOT is_active"),
        # Takes the moment that is now: what somebody else has to take over from this person.
        "to_hand_over": Filter(
            "EXISTS (SELECT FROM clients c WHERE c.sales_contact_id = user_list.id)"  # noqa: S608  a constant of ours
            " OR EXISTS (SELECT FROM contracts k WHERE k.sales_contact_id = user_list.id"
            f" AND {UNSETTLED})"
            " OR EXISTS (SELECT FROM events e WHERE e.support_contact_id = user_list.id"
            " AND e.end_date > {value} AND e.cancelled_at IS NULL)"
            " OR EXISTS (SELECT FROM tasks t WHERE t.assignee_id = user_list.id"
            " AND t.done_at IS NULL)"
        ),
    },
    search=(SEARCH,),
    nullable=frozenset({"phone"}),
)


def count_references(tx: "Transaction", user_id: int, now: datetime) -> dict[str, int]:
    """Return how many records name this person.

    ``open_contracts`` are drafts, or have something due or to be refunded; ``upcoming_events`` have
    not ended at ``now``; ``contracts`` and ``events`` count them too. ``payments`` were entered by
    this person, ``log_entries`` written by them, ``open_tasks`` are theirs to do, and
    ``signatures`` are the contracts that they have signed.
    """
    counts = tx.row(
        f"""
        SELECT clients, contracts, open_contracts, events, upcoming_events, payments, signatures,
            log_entries, open_tasks
        FROM (SELECT count(*) AS clients FROM client_list WHERE sales_contact_id = %(id)s) c,
            (SELECT count(*) AS contracts,
                count(*) FILTER (WHERE {UNSETTLED}) AS open_contracts
                FROM contract_list WHERE sales_contact_id = %(id)s) k,
            (SELECT count(*) AS events,
                count(*) FILTER (WHERE end_date > %(now)s AND cancelled_at IS NULL)
                    AS upcoming_events
                FROM event_list WHERE support_contact_id = %(id)s) e,
            (SELECT count(*) AS payments FROM payment_list WHERE created_by_id = %(id)s) p,
            (SELECT count(*) AS signatures FROM contract_list WHERE signed_by_id = %(id)s) s,
            (SELECT count(*) AS log_entries FROM log_list WHERE created_by_id = %(id)s) l,
            (SELECT count(*) AS open_tasks FROM task_list
                WHERE assignee_id = %(id)s AND done_at IS NULL) t
        """,  # noqa: S608  a constant of ours
        {"id": user_id, "now": now},
    )
    names = (
        "clients", "contracts", "open_contracts", "events", "upcoming_events", "payments",
        "signatures", "log_entries", "open_tasks",
    )  # fmt: skip
    return dict(zip(names, counts or (), strict=True))


def find_losing_rights(tx: "Transaction", number: int) -> list[int]:
    """Return whom taking a transaction back could delete, deactivate or give another role."""
    rows = tx.rows(
        "SELECT DISTINCT record_id FROM audit_list WHERE transaction_id = %s"
        " AND table_name = 'users' AND (action = 'INSERT' OR changes ? 'role'"
        " OR changes -> 'is_active' ->> 0 = 'false') ORDER BY 1",
        (number,),
    )
    return [record_id for (record_id,) in rows]
