"""Reading who changed what, what was denied, and who is logged in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.domain.enums import Role
from crm.domain.fields import Field, Kind
from crm.domain.rows import Row
from crm.queries import client, contract, event, log, payment, task, user
from crm.queries.listing import Filter, Listing
from crm.queries.undo import replace_erased

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

LARGEST_ID = 2**63 - 1  # of a BIGINT column

# What the command line calls a kind of record, and its table.
TABLES = {
    "user": "users",
    "client": "clients",
    "contract": "contracts",
    "event": "events",
    "payment": "payments",
    "log": "log_entries",
    "task": "tasks",
}
NOUNS = {table: noun for noun, table in TABLES.items()}

ENTRIES = Listing(
    noun="audit",
    view="audit_list",
    fields=(
        Field("id", Kind.ID, sort="id"),
        Field("transaction_id", Kind.ID),
        Field("at", Kind.TIMESTAMP, sort="at"),
        Field("employee_id", Kind.ID),
        Field("employee"),
        Field("database_role"),
        Field("command"),
        Field("reason"),
        Field("table_name", Kind.CODE),
        Field("record_id", Kind.ID, sort="record_id"),
        Field("action", Kind.CODE),
        Field("changes"),
        Field("undoes", Kind.ID),
        Field("undone_by", Kind.ID),
    ),
    filters={
        "user": Filter("employee_id = {value}"),
        "transaction": Filter("transaction_id = {value}"),
        "table": Filter("table_name = {value}"),
        "record": Filter("record_id = {value}"),
        # With its payments; an array, so that the index is used for each of the two.
        "contract": Filter(
            "id = ANY (ARRAY("
            "SELECT a.id FROM audit_list a"
            " WHERE a.table_name = 'contracts' AND a.record_id = {value}"
            " UNION ALL SELECT a.id FROM payment_list p JOIN audit_list a"
            " ON a.table_name = 'payments' AND a.record_id = p.id"
            " WHERE p.contract_id = {value}))"
        ),
        "at_from": Filter("at >= {value}"),
        "at_to": Filter("at < {value}"),
        "action": Filter("action = {value}"),
        "command": Filter("strpos(lower(command), lower({value})) > 0"),
    },
    search=(
        (
            "array_to_tsvector(search_terms(concat_ws(' ', employee, command, reason)))"
            " @@ {find}({value})"
        ),
    ),
    mine=dict.fromkeys(Role, "employee_id = {value}"),
    largest_id=LARGEST_ID,
)

DENIED = Listing(
    noun="audit",
    view="denied_list",
    fields=(
        Field("id", Kind.ID, sort="id"),
        Field("at", Kind.TIMESTAMP, sort="at"),
        Field("employee_id", Kind.ID, shown=False),
        Field("employee"),
        Field("database_role", shown=False),
        Field("permission"),
        Field("kind"),
        Field("record_id", Kind.ID, sort="record_id"),
        Field("message"),
    ),
    filters={
        "user": Filter("employee_id = {value}"),
        "at_from": Filter("at >= {value}"),
        "at_to": Filter("at < {value}"),
    },
    search=(
        (
            "array_to_tsvector(search_terms(concat_ws(' ', employee, permission, message)))"
            " @@ {find}({value})"
        ),
    ),
    mine=dict.fromkeys(Role, "employee_id = {value}"),
    nullable=frozenset({"record_id"}),
    largest_id=LARGEST_ID,
)

FAILED_LOGINS = Listing(
    noun="audit",
    view="failed_login_list",
    fields=(
        # Not what login_result() takes: that number is shown to nobody.
        Field("id", Kind.ID),
        Field("at", Kind.TIMESTAMP, sort="at"),
        Field("email", Kind.EMAIL, sort="email"),
        Field("database_role"),
    ),
    filters={
        "email": Filter("email = {value}"),
        "at_from": Filter("at >= {value}"),
        "at_to": Filter("at < {value}"),
    },
    search=("strpos(email, lower({value})) > 0",),
    default_sort=(("at", True),),
    largest_id=LARGEST_ID,
)

SESSIONS = Listing(
    noun="audit",
    view="session_list",
    fields=(
        Field("id", Kind.ID, sort="id"),
        Field("user_id", Kind.ID, shown=False),
        Field("employee"),
        Field("created_at", Kind.TIMESTAMP, sort="created_at"),
        Field("last_used_at", Kind.TIMESTAMP, sort="last_used_at"),
        Field("expires_at", Kind.TIMESTAMP, sort="expires_at"),
        Field("mine", Kind.BOOLEAN),
    ),
    filters={"user": Filter("user_id = {value}")},
    search=("array_to_tsvector(search_terms(employee)) @@ {find}({value})",),
    mine=dict.fromkeys(Role, "user_id = {value}"),
    largest_id=LARGEST_ID,
)

# The columns that are audited and that no listing shows.
_UNLISTED = (
    Field("hashed_password"),
    Field("must_change_password", Kind.BOOLEAN),
    Field("overlap_allowed", Kind.BOOLEAN),
)
# Whose name stands for the id.
_NAMED = {
    "client_id": "client",
    "sales_contact_id": "user",
    "support_contact_id": "user",
    "created_by_id": "user",
    "assignee_id": "user",
    "done_by_id": "user",
    "signed_by_id": "user",
}


class AuditEntry(NamedTuple):
    """A row of :data:`ENTRIES`."""

    id: int
    transaction_id: int
    at: datetime
    employee_id: int | None
    employee: str | None
    database_role: str
    command: str | None
    reason: str | None
    table_name: str
    record_id: int
    action: str
    changes: Mapping[str, Sequence[Any]]
    undoes: int | None
    undone_by: int | None


def take_entry(row: Row) -> AuditEntry:
    """Return a row of :data:`ENTRIES`, by the names of its columns."""
    return AuditEntry._make(getattr(row, name) for name in AuditEntry._fields)


class FieldChange(NamedTuple):
    """A column of a record before and after, as its kind of value; None before and after it was."""

    field: Field
    old: Any
    new: Any


def parse_changes(changes: Mapping[str, Sequence[Any]]) -> list[FieldChange]:
    """Return what the ``changes`` of an audit entry say, in the order of the columns.

    JSON has texts for timestamps, in UTC, and numbers for amounts. What cannot be read as its
    column's kind, such as what was blanked when a client was erased, is text.
    """
    known = _columns()
    changed = []
    for name in [*filter(changes.__contains__, known), *sorted(changes.keys() - known.keys())]:
        old, new = map(replace_erased, changes[name])
        field = known.get(name, Field(name))
        try:
            changed.append(
                FieldChange(field, parse_value(field.kind, old), parse_value(field.kind, new))
            )
        except (ValueError, ArithmeticError, TypeError):
            # An entry from before a column changed its kind, or blanked: shown as it stands.
            changed.append(FieldChange(Field(name), old, new))
    return changed


def add_names(
    changes: Iterable[FieldChange], known: Mapping[tuple[str, int], str]
) -> list[FieldChange]:
    """Return the changes with names beside ids, ``Sophie Simon (3)``, under the name's field."""
    return [
        FieldChange(
            Field(each.field.name.removesuffix("_id")),
            *(
                _format_name(value, known.get((each.field.name, value)))
                for value in (each.old, each.new)
            ),
        )
        if each.field.name in _NAMED
        else each
        for each in changes
    ]


def read_names(tx: "Transaction", changes: Iterable[FieldChange]) -> dict[tuple[str, int], str]:
    """Return the names of the colleagues and clients whose ids were written, by column and id.

    Those that are deleted have none.
    """
    ids: dict[str, set[int]] = {"user": set(), "client": set()}
    for each in changes:
        if each.field.name in _NAMED:
            found = {value for value in (each.old, each.new) if isinstance(value, int)}
            ids[_NAMED[each.field.name]] |= found
    if not any(ids.values()):
        return {}
    rows = tx.rows(
        "SELECT 'user', id, full_name FROM user_list WHERE id = ANY (%s)"
        " UNION ALL SELECT 'client', id, full_name FROM client_list WHERE id = ANY (%s)",
        (list(ids["user"]), list(ids["client"])),
    )
    return {
        (column, record_id): name
        for noun, record_id, name in rows
        for column, named in _NAMED.items()
        if named == noun
    }


def has_history(tx: "Transaction", kind: str, record_id: int) -> bool:
    """Whether a record is there now, or its history is."""
    from psycopg2.sql import SQL, Identifier

    return bool(
        tx.value(
            SQL(
                "SELECT EXISTS (SELECT FROM {view} WHERE id = %(id)s) OR EXISTS"
                " (SELECT FROM audit_list WHERE table_name = %(table)s AND record_id = %(id)s)"
            ).format(view=Identifier(f"{kind}_list")),
            {"id": record_id, "table": TABLES[kind]},
        )
    )


def read_session(tx: "Transaction", session_id: int) -> Row | None:
    """Return a session that lives and that one may see, with all fields of the listing."""
    from crm.queries.pages import read_record

    return read_record(tx, SESSIONS, session_id)


def _format_name(record_id: int | None, name: str | None) -> str | None:
    if record_id is None:
        return None
    return f"{name} ({record_id})" if name else str(record_id)


def _columns() -> dict[str, Field]:
    """Return the columns of all audited tables: a name is of the same kind in each of them."""
    nouns = (user, contract, client, event, payment, log, task)
    fields = {field.name: field for noun in nouns for field in noun.LISTING.fields}
    first = {name: fields.pop(name) for name in ("full_name", "name")}
    last = {"created_at": fields.pop("created_at")}
    return first | fields | {field.name: field for field in _UNLISTED} | last


def parse_value(kind: Kind, value: Any) -> Any:
    """Return a value of the audit's JSON as its column's kind. Raises ValueError, TypeError."""
    if value is None:
        return None
    match kind:
        case Kind.MONEY:
            # The driver reads a number as float, whose shortest form is exact up to 15 digits.
            return Decimal(str(value)).quantize(Decimal("0.01"))
        case Kind.TIMESTAMP:
            return datetime.fromisoformat(value)
        case Kind.DATE:
            return date.fromisoformat(value)
        case Kind.TEXT | Kind.LONG_TEXT | Kind.EMAIL | Kind.PHONE | Kind.CODE:
            return str(value)
        case Kind.BOOLEAN if not isinstance(value, bool):
            raise TypeError(value)
        case _:
            return value
