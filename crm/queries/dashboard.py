"""What waits for somebody, by their role."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from crm.domain.enums import Role
from crm.queries import contract, event, task, user
from crm.queries.batch import Section, read_batch
from crm.queries.listing import Listing, Request, Sort

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

ROWS = 5  # of each section

OLDEST_FIRST = (("id", False),)
DUE_FIRST = (("due_date", False),)


def read_dashboard(
    tx: "Transaction",
    *,
    now: datetime,
    day: date,
    today: tuple[datetime, datetime],
    week: tuple[datetime, datetime],
) -> dict[str, Section]:
    """Return what waits for the person logged in: a few rows of each section, and their number.

    ``day`` is today in the company's calendar; ``today`` and ``week`` are when that day and that
    week begin and end, the end excluded; all moments are naive UTC. The first value of each
    row is its id. What waits longest or comes soonest is first. The keys, by role:

    First come ``tasks``, one's own that are due that day or late. Then:

    SALES: ``overdue``, ``unsigned``, ``due`` (signed, not settled and not overdue),
    ``without_event`` (signed) of their clients' contracts, and their upcoming events
    ``without_support``.
    SUPPORT: their events of ``today`` (those that go on too), of the rest of the ``week``, and
    ``later``.
    MANAGEMENT: ``overdue``, upcoming events ``without_support``, ``unsigned`` and ``due``,
    cancelled contracts of which something is ``to_refund``, and ``inactive`` colleagues who still
    have clients, open contracts or upcoming events.
    """
    match tx.actor.role:
        case Role.SALES:
            sections = {
                "overdue": _contracts(mine=True, sort=DUE_FIRST, overdue=day),
                "unsigned": _contracts(mine=True, signed=False, open=True),
                "due": _contracts(mine=True, sort=DUE_FIRST, open_on=day),
                "without_event": _contracts(mine=True, signed=True, open=True, without_event=True),
                "without_support": _events(mine=True, no_support=True, upcoming=now),
            }
        case Role.SUPPORT:
            sections = {
                "today": _events(mine=True, upcoming=today[0], start_to=today[1]),
                "week": _events(mine=True, start_from=today[1], start_to=week[1]),
                "later": _events(mine=True, start_from=max(today[1], week[1])),
            }
        case _:
            sections = {
                "overdue": _contracts(sort=DUE_FIRST, overdue=day),
                "without_support": _events(no_support=True, upcoming=now),
                "unsigned": _contracts(signed=False, open=True),
                "due": _contracts(sort=DUE_FIRST, open_on=day),
                "to_refund": _contracts(to_refund=True),
                "inactive": _section(user.LISTING, active=False, to_hand_over=now),
            }
    due = _section(task.LISTING, (), mine=True, open=True, due_to=day)
    return read_batch(tx, {"tasks": due, **sections})


def _contracts(
    *, mine: bool = False, sort: Sort = OLDEST_FIRST, **filters: object
) -> tuple[Listing, Request]:
    return _section(contract.LISTING, sort, mine=mine, **filters)


def _events(*, mine: bool = False, **filters: object) -> tuple[Listing, Request]:
    return _section(event.LISTING, (), mine=mine, cancelled=False, **filters)


def _section(
    listing: Listing, sort: Sort = OLDEST_FIRST, *, mine: bool = False, **filters: object
) -> tuple[Listing, Request]:
    return listing, Request(None, filters, sort, limit=ROWS, mine=mine)
