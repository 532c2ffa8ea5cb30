"""Reading what one command changed, and what has come of it since."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg2.sql import SQL, Identifier, Literal

from crm.domain.fields import Field, Kind
from crm.domain.rows import Row

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

# What a command did and its undoing, as one record.
FIELDS = (
    Field("transaction_id", Kind.ID),
    Field("undoes", Kind.ID),
    Field("command"),
    Field("at", Kind.TIMESTAMP),
    Field("employee_id", Kind.ID),
    Field("employee"),
    Field("created", Kind.INTEGER),
    Field("updated", Kind.INTEGER),
    Field("deleted", Kind.INTEGER),
)
# What only the account's owner may choose, and the audit does not hold.
SECRETS = ("hashed_password", "must_change_password")
ERASED = "(erased)"  # how the value of a forgotten person reads; the audit has {"erased": true}
NAMED = 5  # records or transactions that a refusal names


class PastTransaction(NamedTuple):
    """A transaction that wrote something: who, when, by which command, and whether it is undone."""

    number: int
    at: datetime
    employee_id: int | None
    employee: str | None
    command: str | None
    undoes: int | None
    undone_by: int | None


class LaterTransaction(NamedTuple):
    """A transaction that has written, since, what another is asked to be undone of."""

    number: int
    command: str | None
    employee: str | None


class RestoreGroup(NamedTuple):
    """Records of one table in which the same fields would be set back, and whose they are.

    ``record_id`` is one of them. ``signing``, ``activating`` and ``overlapping`` are what would be
    set, ``signed`` is whether the contract is signed now.
    """

    table: str
    fields: tuple[str, ...]
    owner_id: int | None
    record_id: int
    records: int
    signing: bool | None
    activating: bool | None
    overlapping: bool | None
    signed: bool | None


class RecordedPayment(NamedTuple):
    """A payment that was recorded, on a contract that was there before."""

    id: int
    contract_id: int
    amount: Any
    kind: str
    reverses_id: int | None


def read_transaction(tx: "Transaction", number: int) -> PastTransaction | None:
    """Return the transaction with that number, if it wrote anything."""
    row = tx.row(f"{_DONE} WHERE transaction_id = %s LIMIT 1", (number,))
    return PastTransaction(*row) if row else None


def read_latest(tx: "Transaction", *, most: int = 1) -> list[PastTransaction]:
    """Return one's own last commands that changed something and still stand, the newest first.

    Undoing is not among them, so that one after the other is taken back; nor are passwords.
    """
    rows = tx.rows(
        "SELECT DISTINCT transaction_id, at, employee_id, employee, command, undoes, undone_by"
        " FROM (SELECT * FROM audit_list WHERE employee_id = %(me)s AND NOT cancelled"
        " AND changes - %(secrets)s::text[] <> '{}' ORDER BY transaction_id DESC"
        " LIMIT %(entries)s) newest ORDER BY transaction_id DESC LIMIT %(most)s",
        # A command seldom writes more than 20 records. After larger ones fewer commands are found
        # than were asked for, but always the last.
        {"me": tx.actor.id, "secrets": list(SECRETS), "entries": most * 20, "most": most},
    )
    return [PastTransaction(*row) for row in rows]


def find_newest_of_chain(tx: "Transaction", number: int) -> int:
    """Return the last of the transactions that took back one another, from ``number`` on."""
    found = tx.value(
        "WITH RECURSIVE chain (id) AS (VALUES (%s::bigint) UNION ALL"
        " SELECT (SELECT undone_by FROM audit_list WHERE transaction_id = chain.id LIMIT 1)"
        " FROM chain WHERE chain.id IS NOT NULL) SELECT max(id) FROM chain",
        (number,),
    )
    return int(found)


def count_actions(tx: "Transaction", number: int) -> dict[tuple[str, str], int]:
    """Return how many records of each table a transaction created, updated and deleted."""
    rows = tx.rows(
        f"SELECT table_name, kind, count(*) FROM ({_KINDS}) k GROUP BY 1, 2",  # noqa: S608  a constant of ours
        {"number": number},
    )
    return {(table, kind): count for table, kind, count in rows}


def sets_passwords(tx: "Transaction", number: int) -> bool:
    """Whether a transaction changed the password of an account that was there before."""
    return bool(
        tx.value(
            "SELECT EXISTS (SELECT FROM audit_list WHERE transaction_id = %s AND action = 'UPDATE'"
            " AND table_name = 'users' AND changes ?| %s)",
            (number, list(SECRETS)),
        )
    )


def has_erased_values(tx: "Transaction", number: int) -> bool:
    """Whether values that a transaction wrote are gone, because their client was erased."""
    return bool(
        tx.value(
            "SELECT EXISTS (SELECT FROM audit_list WHERE transaction_id = %s"
            " AND changes @? '$.*[*].erased')",
            (number,),
        )
    )


def wrote_log(tx: "Transaction", number: int) -> bool:
    """Whether a transaction logged something that somebody said; a task that was done is none."""
    return bool(
        tx.value(
            "SELECT EXISTS (SELECT FROM audit_list WHERE transaction_id = %s AND action = 'INSERT'"
            " AND table_name = 'log_entries' AND changes -> 'kind' ->> 1 <> 'TASK')",
            (number,),
        )
    )


def replace_erased(value: Any) -> Any:
    """Return a value of the audit, and "(erased)" for one that was erased.

    That is an object, which no column holds: a text that reads "(erased)" was typed by somebody.
    """
    return ERASED if isinstance(value, dict) else value


def read_groups(tx: "Transaction", number: int) -> list[RestoreGroup]:
    """Return the records whose fields would be set back, put together by what and whose they are.

    Fields that nobody may write follow from others, and are left to them.
    """
    rows = tx.rows(_GROUPS, {"number": number})
    return [RestoreGroup(*row)._replace(fields=tuple(row.fields)) for row in rows]


def read_payments(tx: "Transaction", number: int) -> list[RecordedPayment]:
    """Return the payments that a transaction recorded, except those of contracts it created."""
    rows = tx.rows(
        "SELECT p.id, p.contract_id, p.amount, p.kind, p.reverses_id FROM payment_list p"
        " WHERE p.id = ANY (ARRAY(SELECT record_id FROM audit_list WHERE transaction_id ="
        "  %(number)s AND table_name = 'payments' AND action = 'INSERT'))"
        # A write-off follows from the end that is taken back, or from the refund.
        " AND p.kind <> 'WRITE_OFF'"
        # Not "<> ALL (…)", which compares each of thousands with thousands.
        " AND p.contract_id NOT IN (SELECT record_id FROM audit_list WHERE transaction_id ="
        "  %(number)s AND table_name = 'contracts' AND action = 'INSERT') ORDER BY p.id DESC",
        {"number": number},
    )
    return [RecordedPayment(*row) for row in rows]


def find_later(tx: "Transaction", number: int) -> list[LaterTransaction]:
    """Return the first transactions that have since written what this one would set back or delete.

    Those that were taken back themselves are none.
    """
    return [LaterTransaction(*row) for row in tx.rows(_LATER, {"number": number, "named": NAMED})]


def find_references(tx: "Transaction", number: int) -> list[Row]:
    """Return the first records that name one which this transaction created.

    Each is a row of ``table_name`` and ``id``.
    """
    created: dict[str, list[int]] = dict(
        tx.rows(
            "SELECT table_name, array_agg(record_id) FROM audit_list"
            " WHERE transaction_id = %s AND action = 'INSERT' GROUP BY 1",
            (number,),
        )
    )
    # The numbers themselves: of what a query would find, the planner knows nothing, and to find who
    # names nobody it reads whole tables.
    parts = [
        SQL(
            "(SELECT {table} AS table_name, r.id FROM {records} r WHERE r.{column} = ANY ({named})"
            " AND r.id <> ALL ({own}::integer[]) ORDER BY r.id LIMIT {most})"
        ).format(
            table=Literal(table),
            records=Identifier(table),
            column=Identifier(column),
            named=Literal(created[named]),
            own=Literal(created.get(table, [])),
            most=Literal(NAMED),
        )
        for named, table, column in _NAMING
        if named in created
    ]
    return tx.rows(SQL(" UNION ALL ").join(parts)) if parts else []


def needs_reason(tx: "Transaction", number: int) -> bool:
    """Whether a transaction created contracts that are signed or paid on."""
    return bool(
        tx.value(
            "SELECT EXISTS (SELECT FROM contracts WHERE (signed_status OR amount_due <"
            " total_amount) AND id = ANY (ARRAY(SELECT record_id FROM audit_list WHERE"
            " transaction_id = %s AND table_name = 'contracts' AND action = 'INSERT')))",
            (number,),
        )
    )


_DONE = (
    "SELECT transaction_id, at, employee_id, employee, command, undoes, undone_by FROM audit_list"
)

# What became of each record by the end of the transaction.
_KINDS = """
    SELECT table_name, record_id, CASE
        WHEN bool_or(action = 'INSERT') AND bool_or(action = 'DELETE') THEN 'NOTHING'
        WHEN bool_or(action = 'INSERT') THEN 'INSERT'
        WHEN bool_or(action = 'DELETE') THEN 'DELETE' ELSE 'UPDATE' END AS kind
    FROM audit_list WHERE transaction_id = %(number)s GROUP BY 1, 2
"""

# For each record that was there before and still is: the fields that may be written, what they held
# before the transaction and what it left in them.
NET = f"""
    SELECT f.table_name, f.record_id, max(f.last_id) AS last_id,
        jsonb_object_agg(f.key, f.old) AS old, jsonb_object_agg(f.key, f.new) AS new
    FROM (
        SELECT a.table_name, a.record_id, c.key, max(a.id) AS last_id,
            (array_agg(c.value -> 0 ORDER BY a.id))[1] AS old,
            (array_agg(c.value -> 1 ORDER BY a.id DESC))[1] AS new
        FROM audit_list a, jsonb_each(a.changes) c
        WHERE a.transaction_id = %(number)s AND a.action = 'UPDATE'
        GROUP BY 1, 2, 3
    ) f
    JOIN ({_KINDS}) k USING (table_name, record_id)
    JOIN pg_attribute w ON w.attrelid = to_regclass(f.table_name) AND w.attname = f.key
        AND has_column_privilege(w.attrelid, w.attnum, 'UPDATE')
    WHERE k.kind <> 'INSERT' AND k.kind <> 'NOTHING' AND f.old IS DISTINCT FROM f.new
    GROUP BY 1, 2
"""  # noqa: S608  a constant of ours

# Whether one may is asked once for each of these, however many records a transaction wrote.
_GROUPS = f"""
    SELECT table_name, fields, owner_id, min(record_id), count(*), signing, activating,
        overlapping, signed
    FROM (
        SELECT n.table_name, n.record_id,
            ARRAY(SELECT jsonb_object_keys(n.old) ORDER BY 1) AS fields,
            CASE n.table_name
                WHEN 'users' THEN n.record_id
                WHEN 'clients' THEN c.sales_contact_id
                WHEN 'contracts' THEN k.client_sales_contact_id
                WHEN 'events' THEN e.support_contact_id
                -- Who made it, or whose it is.
                WHEN 'tasks' THEN CASE t.created_by_id WHEN (SELECT employee_id())
                    THEN t.created_by_id ELSE t.assignee_id END END AS owner_id,
            (n.old ->> 'signed_status')::boolean AS signing,
            (n.old ->> 'is_active')::boolean AS activating,
            (n.old ->> 'overlap_allowed')::boolean AS overlapping,
            k.signed_status AS signed
        FROM ({NET}) n
        LEFT JOIN client_list c ON n.table_name = 'clients' AND c.id = n.record_id
        LEFT JOIN contract_list k ON n.table_name = 'contracts' AND k.id = n.record_id
        LEFT JOIN event_list e ON n.table_name = 'events' AND e.id = n.record_id
        LEFT JOIN task_list t ON n.table_name = 'tasks' AND t.id = n.record_id
    ) each
    GROUP BY table_name, fields, owner_id, signing, activating, overlapping, signed
    ORDER BY table_name, min(record_id)
"""  # noqa: S608  a constant of ours

# Of a record that the transaction created everything later counts, of another what was written to
# the same fields since: setting them back would lose it.
_LATER = f"""
    SELECT DISTINCT l.transaction_id, l.command, l.employee FROM (
        SELECT table_name, record_id, last_id, ARRAY(SELECT jsonb_object_keys(old)) AS fields
        FROM ({NET}) n
        UNION ALL
        SELECT table_name, record_id, max(id), NULL FROM audit_list
        WHERE transaction_id = %(number)s AND action = 'INSERT' AND table_name <> 'payments'
        GROUP BY 1, 2
    ) mine
    JOIN audit_list l USING (table_name, record_id)
    WHERE l.id > mine.last_id AND l.transaction_id <> %(number)s
      AND (mine.fields IS NULL OR l.action <> 'UPDATE' OR l.changes ?| mine.fields)
      AND NOT l.cancelled
    ORDER BY 1 LIMIT %(named)s
"""  # noqa: S608  a constant of ours

# What is named, by which table, in which column.
_NAMING = (
    ("users", "clients", "sales_contact_id"),
    ("users", "contracts", "sales_contact_id"),
    ("users", "contracts", "signed_by_id"),
    ("users", "events", "support_contact_id"),
    ("users", "payments", "created_by_id"),
    ("users", "log_entries", "created_by_id"),
    ("users", "tasks", "assignee_id"),
    ("users", "tasks", "created_by_id"),
    ("users", "tasks", "done_by_id"),
    ("clients", "contracts", "client_id"),
    ("clients", "events", "client_id"),
    ("contracts", "events", "contract_id"),
    ("contracts", "payments", "contract_id"),
    ("clients", "log_entries", "client_id"),
    ("clients", "tasks", "client_id"),
    ("contracts", "tasks", "contract_id"),
    ("events", "tasks", "event_id"),
    ("contracts", "log_entries", "contract_id"),
    ("events", "log_entries", "event_id"),
)
