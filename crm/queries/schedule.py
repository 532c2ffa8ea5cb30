"""Who is where when: what is in the way of an event, and who could run it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from crm.domain.fields import Field, Kind

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

# How far before and after an event others count as work around it.
AROUND = timedelta(weeks=2)


class Clash(NamedTuple):
    """An event that is in the way, and whom it keeps busy; both moments are naive UTC."""

    id: int
    name: str
    start_date: datetime
    end_date: datetime
    support_contact: str


class FreeColleague(NamedTuple):
    """Somebody who is free, and how many events they run around that time."""

    id: int
    support_contact: str
    events_around: int


CANDIDATE = (
    Field("id", Kind.ID),
    Field("support_contact"),
    Field("events_around", Kind.INTEGER),
)


def find_clash(
    tx: "Transaction", support_contact_id: int, start: datetime, end: datetime, apart_from: int
) -> Clash | None:
    """Return the first event that this person runs in ``[start, end)``, but for one (rule 12).

    One that was allowed to overlap another counts too, which the database's constraint cannot say.
    """
    row = tx.row(
        "SELECT id, name, start_date, end_date, support_contact FROM event_list"
        " WHERE support_contact_id = %s AND id <> %s AND cancelled_at IS NULL"
        " AND tsrange(start_date, end_date) && tsrange(%s, %s) ORDER BY start_date, id LIMIT 1",
        (support_contact_id, apart_from, start, end),
    )
    return Clash(*row) if row else None


def find_free(
    tx: "Transaction", start: datetime, end: datetime, apart_from: int | None = None
) -> list[FreeColleague]:
    """Return the active SUPPORT people who run nothing in ``[start, end)``, least busy first.

    How busy somebody is, is how many events they run from two weeks before until two weeks after;
    ties go by name. The event ``apart_from`` counts for nobody.
    """
    # Counted once for everybody; joined to the view directly, it would be looked up for each
    # colleague.
    rows = tx.rows(
        """
        WITH around AS MATERIALIZED (
            SELECT support_contact_id, count(*) AS events,
                bool_or(tsrange(start_date, end_date) && tsrange(%(start)s, %(end)s)) AS busy
            FROM event_list
            WHERE tsrange(start_date, end_date) && tsrange(%(first)s, %(last)s)
              AND support_contact_id IS NOT NULL AND cancelled_at IS NULL
              AND id IS DISTINCT FROM %(apart_from)s
            GROUP BY support_contact_id
        )
        SELECT u.id, u.full_name, coalesce(around.events, 0)
        FROM user_list u LEFT JOIN around ON around.support_contact_id = u.id
        WHERE u.role = 'SUPPORT' AND u.is_active AND around.busy IS NOT TRUE
        ORDER BY coalesce(around.events, 0), u.name_folded, u.id
        """,
        {
            "start": start,
            "end": end,
            "first": start - AROUND,
            "last": end + AROUND,
            "apart_from": apart_from,
        },
    )
    return [FreeColleague(*row) for row in rows]


def find_clashes(tx: "Transaction", event_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return, for each of these events that is in another's way, the ids of those others."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for event_id, other_id in tx.rows(
        "SELECT e.id, other.id FROM event_list e, event_list other"
        " WHERE e.id = ANY(%s) AND other.support_contact_id = e.support_contact_id"
        " AND other.id <> e.id AND e.cancelled_at IS NULL AND other.cancelled_at IS NULL"
        " AND tsrange(other.start_date, other.end_date)"
        " && tsrange(e.start_date, e.end_date) ORDER BY e.id, other.id",
        (list(event_ids),),
    ):
        found[event_id].append(other_id)
    return dict(found)
