"""Taking back what one command changed, from the audit, if nothing later depends on it.

Fields are set back with the rights of whoever asks, as if they made the opposite change themselves;
what was created or deleted goes through two functions of the database (``undo_created``,
``undo_deleted``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from crm import models
from crm.domain import inputs
from crm.domain.enums import PaymentKind
from crm.domain.errors import Conflict, NotFound
from crm.domain.i18n import gettext as _
from crm.domain.rows import Row, build_named_row
from crm.queries import undo as query
from crm.queries import user as user_query
from crm.queries.contract import UNSETTLED
from crm.services import contract, payment, undoable, user
from crm.services.editing import find_record, refresh_record

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.queries.undo import PastTransaction, RestoreGroup
    from crm.services.undoable import Actions
    from crm.services.user import Begin

MANY = 1000  # records; more may take longer than a statement usually may

# Contracts that are not settled follow their client, as they do when it is handed over.
FOLLOW = f"""
UPDATE contracts k SET sales_contact_id = c.sales_contact_id
FROM clients c
WHERE c.id = k.client_id AND k.sales_contact_id <> c.sales_contact_id AND {UNSETTLED}
  AND c.id = ANY (ARRAY(
      SELECT record_id FROM audit_list
      WHERE transaction_id = %(number)s AND table_name = 'clients'
        AND changes ? 'sales_contact_id'))
"""  # noqa: S608  a constant of ours
_SET = (
    "{field} = CASE WHEN n.old ? '{field}'"
    " THEN (jsonb_populate_record(NULL::{table}, n.old)).{field} ELSE r.{field} END"
)
_HOLDS = (
    "(NOT n.new ? '{field}' OR {held} IS NOT DISTINCT FROM"
    " (jsonb_populate_record(NULL::{table}, n.new)).{field})"
)
# As the audit has it: not the address that stands for an unknown one.
_HELD = {("clients", "email"): "known_email(r.email)"}


@dataclass(frozen=True)
class Undone:
    """What was taken back, by which transaction, and how many records that wrote, by action."""

    done: "PastTransaction"
    number: int
    counts: "Actions"

    @property
    def row(self) -> Row:
        """Itself as a record of :data:`crm.queries.undo.FIELDS`."""
        done = self.done
        counts = [
            sum(count for (_table, action), count in self.counts.items() if action == wanted)
            for wanted in ("INSERT", "UPDATE", "DELETE")
        ]
        who = done.employee_id, done.employee
        values = (self.number, done.number, done.command, done.at, *who, *counts)
        return build_named_row((field.name for field in query.FIELDS), values)


def find_latest(tx: "Transaction") -> int:
    """Return the number of one's own last command that changed something. Raises NotFound."""
    found = query.read_latest(tx)
    if not found:
        raise NotFound(
            _("You have no command that can be undone."),
            hint=_("Give a transaction number; see: epicevents audit list"),
        )
    return query.find_newest_of_chain(tx, found[0].number)


def find_transaction(tx: "Transaction", number: int) -> "PastTransaction":
    """Return the transaction of that number. Raises NotFound."""
    done = query.read_transaction(tx, number)
    if done is None:
        raise NotFound(
            _("Transaction {number} does not exist.").format(number=number),
            hint=_("See all transactions: epicevents audit list"),
        )
    return done


@contextmanager
def suspend_for_undo(begin: "Begin", number: int) -> "Iterator[Transaction]":
    """Yield a transaction to take ``number`` back in.

    Whom that deactivates, deletes or gives another role has no rights meanwhile, see
    :func:`crm.services.user.suspend_people`.

    Raises what :func:`undo` raises before it writes.
    """

    def whom(tx: "Transaction") -> list[int]:
        people = [each for each in user_query.find_losing_rights(tx, number) if each != tx.actor.id]
        if people:
            actions, groups = query.count_actions(tx, number), query.read_groups(tx, number)
            undoable.authorize_undo(tx, find_transaction(tx, number), actions, groups)
        return people

    with user.suspend_people(begin, whom) as tx:
        yield tx


def undo(
    tx: "Transaction", number: int, *, reason: str | None = None, today: date | None = None
) -> Undone:
    """Take back what a transaction changed: one's own where the opposite would be allowed now.

    MANAGEMENT may take back anybody's. ``today`` is when a payment is reversed. All of it is taken
    back or nothing.

    Raises NotFound, UsageFault ``reason_required``, and what the opposite change and
    :func:`crm.services.undoable.authorize_undo` raise.
    """
    done = find_transaction(tx, number)
    actions, groups = query.count_actions(tx, number), query.read_groups(tx, number)
    needs_reason = undoable.authorize_undo(tx, done, actions, groups)
    if reason is not None:
        reason = inputs.REASON.clean(reason)
        tx.give_reason(reason)
    elif needs_reason:
        raise undoable.reason_required_error()
    if sum(actions.values()) > MANY:
        # More records than a statement is usually given time for.
        tx.execute("SET LOCAL statement_timeout = 0")
    mine = tx.value("SELECT begin_undo(%s)", (number,))
    if _count_records(actions, "INSERT"):
        tx.execute("SELECT undo_created()")
    _restore_fields(tx, number, groups)
    if _count_records(actions, "DELETE") != _restore_deleted(tx, actions):
        raise _changed_error()
    _move_balances(tx, number, reason or "", today)
    return Undone(done, mine, query.count_actions(tx, mine))


def _count_records(actions: "Actions", action: str) -> int:
    """Return how many records that somebody may delete were created, or deleted."""
    return sum(actions.get((table, action), 0) for table in undoable.DELETING)


def _restore_deleted(tx: "Transaction", actions: "Actions") -> int:
    return int(tx.value("SELECT undo_deleted()")) if _count_records(actions, "DELETE") else 0


def _restore_fields(tx: "Transaction", number: int, groups: "list[RestoreGroup]") -> None:
    """Set fields back in one statement a table, so that thousands take seconds."""
    for table in sorted({group.table for group in groups}):
        of_table = [group for group in groups if group.table == table]
        fields = sorted({field for group in of_table for field in group.fields})
        with tx.connection.cursor() as cursor:
            cursor.execute(_build_update(table, fields), {"number": number})
            if cursor.rowcount != sum(group.records for group in of_table):
                # Whoever was quicker has changed a field, which would have been lost.
                undoable.refuse_later(tx, number)
                raise _changed_error()
    if any(group.table == "clients" and "sales_contact_id" in group.fields for group in groups):
        tx.execute(FOLLOW, {"number": number})


def _build_update(table: str, fields: list[str]) -> str:
    """Return the UPDATE that sets fields back where they hold what the transaction left in them.

    The names come from the audit, which has them from the catalogue.
    """
    sets = [_SET.format(table=table, field=field) for field in fields]
    holds = [
        _HOLDS.format(table=table, field=field, held=_HELD.get((table, field), f"r.{field}"))
        for field in fields
    ]
    return (
        f"WITH n AS MATERIALIZED ({query.NET})"  # noqa: S608  names of the catalogue
        f" UPDATE {table} r SET {', '.join(sets)} FROM n"
        f" WHERE n.table_name = '{table}' AND r.id = n.record_id AND {' AND '.join(holds)}"
    )


def _move_balances(tx: "Transaction", number: int, reason: str, today: date | None) -> None:
    """Take back payments by opposite entries: the ledger only grows."""
    for entry in query.read_payments(tx, number):
        match entry.kind:
            case PaymentKind.REVERSAL:
                first = find_record(tx, models.Payment, entry.reverses_id or 0)
                if first.kind == PaymentKind.ADJUSTMENT:
                    _adjust(tx, entry.contract_id, entry.amount, reason or first.reason or "")
                    continue
                if first.kind == PaymentKind.REFUND:
                    payment.refund(tx, entry.contract_id, reason, amount=-first.amount)
                    continue
                payment.pay(
                    tx,
                    entry.contract_id,
                    amount=first.amount,
                    paid_on=first.paid_on,
                    method=first.method,
                    reference=first.reference,
                )
            case PaymentKind.ADJUSTMENT:
                _adjust(tx, entry.contract_id, entry.amount, reason)
            case _:
                payment.reverse(tx, entry.contract_id, entry.id, reason, paid_on=today)


def _adjust(tx: "Transaction", contract_id: int, amount: Decimal, reason: str) -> None:
    """Give the amount due back what an entry of ``amount`` took from it."""
    of = find_record(tx, models.Contract, contract_id)
    refresh_record(tx, of, lock=True)
    contract.adjust(tx, of.id, of.amount_due + amount, reason)


def _changed_error() -> Conflict:
    return Conflict(
        _("Somebody changed it at this very moment; nothing was undone."),
        hint=_("Look at it again, then retry."),
        code="changed_since",
    )
