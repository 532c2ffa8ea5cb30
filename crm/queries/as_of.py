"""A record as it was at a moment, from the audit: what is there now, without what came later.

What is not a column, such as a name beside an id, is worked out from what was true then.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.domain.fields import Kind
from crm.domain.rows import Row, build_named_row
from crm.queries.audit import TABLES, parse_value
from crm.queries.listing import Listing
from crm.queries.undo import replace_erased

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

State = dict[str, Any]

# What had been entered by then, whatever day it is dated: the sheet says what was known.
_RECEIVED = (
    "SELECT coalesce(sum(p.amount), 0) FROM payment_list p WHERE p.contract_id = %s"
    " AND is_receipt(p.kind, p.reversed_kind)"
    " AND NOT EXISTS (SELECT FROM audit_list a WHERE a.table_name = 'payments'"
    "  AND a.record_id = p.id AND a.action = 'INSERT' AND a.at > %s)"
)


class AsOf(NamedTuple):
    """A record at a moment, with the fields of its listing, and the transaction that left it so.

    Where there was none, ``row`` is None: it did not exist before ``since``, or not after
    ``until``; the transaction is the one that created or deleted it. An ``older`` one says that it
    had been created before it was entered at ``since``.
    """

    row: Row | None
    transaction: int | None
    since: datetime | None = None
    until: datetime | None = None
    older: bool = False


class _Entry(NamedTuple):
    transaction: int
    at: datetime
    action: str
    changes: Mapping[str, Any]


class _Then(NamedTuple):
    """What derived fields are made of; ``look_up`` returns another record as it was then.

    ``received`` returns what had been paid on the contract.
    """

    state: State
    today: date
    look_up: Callable[[str, int | None], State]
    received: Callable[[], Any]


def read_as_of(
    tx: "Transaction", listing: Listing, record_id: int, moment: datetime, today: date
) -> AsOf | None:
    """Return the record as it was at ``moment``, naive UTC, when it was ``today`` in the company.

    None where there never was such a record.
    """
    now, later, before = _read(tx, listing.noun, record_id, moment)
    state = _rewind(now, later)
    if state is None:
        return _explain_absence(later, before, moment)
    created = datetime.fromisoformat(state["created_at"])
    if not before and created > moment:  # before the audit began
        return AsOf(None, None, since=created)

    def look_up(noun: str, its_id: int | None) -> State:
        if its_id is None:
            return {}
        return _rewind(*_read(tx, noun, its_id, moment)[:2]) or {}

    def sum_received() -> Any:
        if now is None:  # its ledger went with it, and had nothing but an opening payment
            return Decimal(str(state["total_amount"])) - Decimal(str(state["amount_due"]))
        return tx.value(_RECEIVED, (record_id, moment))

    then = _Then(state, today, look_up, sum_received)
    values = {
        **state,
        "id": record_id,
        **_rewind_bookkeeping(now, later, before, created),
        **{name: derive(then) for name, derive in DERIVED.get(listing.noun, {}).items()},
    }
    row = build_named_row(
        (field.name for field in listing.fields),
        (_parse_value(field.kind, values.get(field.name)) for field in listing.fields),
    )
    return AsOf(row, before[0].transaction if before else None)


def _explain_absence(later: list[_Entry], before: list[_Entry], moment: datetime) -> AsOf | None:
    """Return until when, or since when there was a record; None where there never was."""
    if before:
        return AsOf(None, before[0].transaction, until=before[0].at)
    if not later:
        return None
    entered = later[-1]  # the first, since the latest comes first
    older = datetime.fromisoformat(entered.changes["created_at"][1]) <= moment
    return AsOf(None, entered.transaction, since=entered.at, older=older)


def _read(
    tx: "Transaction", noun: str, record_id: int, moment: datetime
) -> tuple[State | None, list[_Entry], list[_Entry]]:
    """Return a record as it is now, and what the audit has of it after ``moment`` and before.

    The latest comes first.
    """
    from psycopg2.sql import SQL, Identifier

    now = tx.value(
        SQL("SELECT to_jsonb(v) FROM {} v WHERE id = %s").format(Identifier(f"{noun}_list")),
        (record_id,),
    )
    rows = tx.rows(
        "SELECT transaction_id, at, action, changes FROM audit_list"
        " WHERE table_name = %s AND record_id = %s ORDER BY id DESC",
        (TABLES[noun], record_id),
    )
    entries = [_Entry(*row) for row in rows]
    later = list(takewhile(lambda entry: entry.at > moment, entries))
    return now, later, entries[len(later) :]


def _rewind(now: State | None, later: list[_Entry]) -> State | None:
    """Take what came later off the record as it is now."""
    state = now
    for entry in later:
        old = {name: replace_erased(pair[0]) for name, pair in entry.changes.items()}
        if entry.action == "INSERT":
            state = None
        elif entry.action == "DELETE":
            state = old
        elif state is not None:
            state = state | old
    return state


def _rewind_bookkeeping(
    now: State | None, later: list[_Entry], before: list[_Entry], created: datetime
) -> State:
    """Return what moves with every write, and is not in the audit for that reason."""
    if now is not None and not later:
        return {}
    if now is not None and all(entry.action == "UPDATE" for entry in later):
        version = now["version"] - len(later)
    else:
        version = len(before) + (not before or before[-1].action != "INSERT")
    written = (before[0].at if before else created).isoformat()
    return {"version": version, "updated_at": written, "last_updated": written}


def _parse_value(kind: Kind, value: Any) -> Any:
    try:
        return parse_value(kind, value)
    except (ValueError, ArithmeticError, TypeError):
        return value  # such as what was blanked when a client was erased


def _colleague(column: str) -> Callable[[_Then], str | None]:
    def name(then: _Then) -> str | None:
        person = then.look_up("user", then.state.get(column))
        return f"{person['first_name']} {person['last_name']}" if person else None

    return name


def _client(column: str) -> Callable[[_Then], str | None]:
    return lambda then: then.look_up("client", then.state.get("client_id")).get(column)


def _status(then: _Then) -> str:
    state = then.state
    if state.get("closed_at"):
        return "CANCELLED" if state["signed_status"] else "LOST"
    if not state["signed_status"]:
        return "DRAFT"
    if state["amount_due"] == 0:
        return "PAID"
    return "PARTLY_PAID" if then.received() > 0 else "SIGNED"


def _closed_reason(then: _Then) -> str | None:
    # The audit has the columns: why a cancelled one was cancelled, its note says.
    state = then.state
    if state["signed_status"] and state.get("closed_note"):
        return str(state["closed_note"])
    return state.get("closed_reason")


def _to_refund(then: _Then) -> Decimal | None:
    kept = then.state.get("kept_amount")
    return None if kept is None else Decimal(str(then.received())) - Decimal(str(kept))


def _days_overdue(then: _Then) -> int | None:
    state = then.state
    if not (state["signed_status"] and state["amount_due"] > 0 and state.get("due_date")):
        return None
    return max((then.today - date.fromisoformat(state["due_date"])).days, 0) or None


# The fields that are no columns of the record's own, by noun.
DERIVED: dict[str, dict[str, Callable[[_Then], Any]]] = {
    "client": {"sales_contact": _colleague("sales_contact_id")},
    "contract": {
        "client": _client("full_name"),
        "company_name": _client("company_name"),
        "sales_contact": _colleague("sales_contact_id"),
        "signed_by": _colleague("signed_by_id"),
        "received": lambda then: then.received(),
        "closed_reason": _closed_reason,
        "closed_note": lambda then: (
            None if then.state["signed_status"] else then.state.get("closed_note")
        ),
        "to_refund": _to_refund,
        "status": _status,
        "days_overdue": _days_overdue,
    },
    "event": {
        "client": _client("full_name"),
        "support_contact": _colleague("support_contact_id"),
    },
}
