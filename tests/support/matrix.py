"""The permission table of the company, cell by cell: who, what, on whose record, and whether.

``CELLS`` holds what the rules say, written down apart from the program's own table. A driver tries
one cell and says whether it was allowed: :func:`by_raw_sql` as an insider with psql would; one that
goes through the services takes the same cells, with ``cell.records`` for the ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg2 import Error
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.company import UNUSABLE
from support.raw import attempt

from crm.domain.enums import Role
from crm.domain.permissions import Permission as P  # noqa: N817

DENIED = "42501"
OTHER_HASH = UNUSABLE.replace("AAA$", "BBB$")  # a password that nobody has

ME = {Role.MANAGEMENT: 1, Role.SALES: 3, Role.SUPPORT: 5}

# What support.company lacks, so that every cell has a record: ids go on from there.
SETUP = f"""
    INSERT INTO users (first_name, last_name, email, hashed_password, role, is_active) VALUES
        ('Simone', 'Sauvage', 'simone@epicevents.example', '{UNUSABLE}', 'SALES', true),
        ('Ines', 'Imbert', 'ines@epicevents.example', '{UNUSABLE}', 'SALES', false);
    INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id) VALUES
        ('Sans Contrat', 'own@sans.example', '+33612345678', 'Sans', 3),
        ('Sans Contrat', 'other@sans.example', '+33612345678', 'Sans', 4);
    INSERT INTO contracts
        (client_id, sales_contact_id, total_amount, amount_due, signed_status)
    VALUES (3, 4, 600, 600, false), (1, 3, 700, 700, true), (3, 4, 800, 800, true);
    INSERT INTO payments (contract_id, amount) VALUES (3, 50), (5, 50);
    -- One transaction of each person of the matrix, on what is theirs, and one of somebody else.
    INSERT INTO audit_transactions (id, xid, at, employee_id, database_role) VALUES
        (-1, '1', utc_now(), 1, 'epicevents_cli'), (-3, '3', utc_now(), 3, 'epicevents_cli'),
        (-5, '5', utc_now(), 5, 'epicevents_cli'), (-7, '7', utc_now(), 7, 'epicevents_cli');
    INSERT INTO audit_entries (transaction_id, table_name, record_id, action, changes) VALUES
        (-1, 'clients', 2, 'UPDATE', '{{"company_name": ["Before", "Cool Startup LLC"]}}'),
        (-3, 'clients', 1, 'UPDATE', '{{"company_name": ["Before", "Lefèvre & Fils"]}}'),
        (-5, 'events', 1, 'UPDATE', '{{"notes": [null, "Champagne"]}}'),
        (-7, 'clients', 3, 'UPDATE', '{{"company_name": ["Before", "100% Fête"]}}');
    INSERT INTO tasks (text, due_date, assignee_id, created_by_id)
    VALUES ('N', '2030-01-01', 3, 5), ('N', '2030-01-01', 4, 4);
    INSERT INTO denied_attempts (at, database_role, permission)
    VALUES (utc_now(), 'epicevents_cli', 'client:delete');
"""

# By whose the record is: SALES own the client, SUPPORT the event, everybody the account.
OWN = {
    "sales_contact": 3, "client": 1, "empty_client": 4, "draft": 1, "signed": 2, "unused": 7,
    "paid": 3, "payment": 3, "event": 1, "support_contact": 6, "task": 1,
}  # fmt: skip
OTHER = {
    "sales_contact": 4, "client": 3, "empty_client": 5, "draft": 6, "signed": 5, "unused": 8,
    "paid": 5, "payment": 4, "event": 3, "support_contact": 5, "user": 7, "inactive": 8,
    "transaction": -7, "task": 2,
}  # fmt: skip

NOBODY, THEIRS, ANYBODY, NOT_ONESELF = "nobody", "own", "any", "not oneself"
ON_OWN = {NOBODY: False, THEIRS: True, ANYBODY: True, NOT_ONESELF: False}
ON_OTHER = {NOBODY: False, THEIRS: False, ANYBODY: True, NOT_ONESELF: True}


@dataclass(frozen=True)
class Row:
    """One line of the table: on whose records each role may, and how raw SQL would."""

    permission: P
    sales: str
    support: str
    management: str
    sql: str | None = None  # nothing to try where only the program knows the action
    own: bool = True  # whether a record of one's own makes sense
    other: bool = True

    def scope(self, role: Role) -> str:
        """On whose records ``role`` may."""
        return {
            Role.SALES: self.sales, Role.SUPPORT: self.support, Role.MANAGEMENT: self.management
        }[role]  # fmt: skip


EVERYBODY = (ANYBODY, ANYBODY, ANYBODY)
EACH_THEIRS = (THEIRS, THEIRS, ANYBODY)
ONLY_MANAGEMENT = (NOBODY, NOBODY, ANYBODY)
ONLY_SALES = (THEIRS, NOBODY, ANYBODY)

TABLE = (
    Row(P.USER_CREATE, *ONLY_MANAGEMENT,
        "INSERT INTO users (first_name, last_name, email, hashed_password, role)"
        f" VALUES ('N', 'N', 'n@n.example', '{UNUSABLE}', 'SALES')", own=False),
    Row(P.USER_UPDATE, *ONLY_MANAGEMENT, "UPDATE users SET last_name = 'N' WHERE id = %(user)s"),
    Row(P.USER_UPDATE, *ONLY_MANAGEMENT, "UPDATE users SET email = 'n@n.fr' WHERE id = %(user)s"),
    Row(P.USER_UPDATE, *ONLY_MANAGEMENT,
        "UPDATE users SET phone = '+33600000000' WHERE id = %(user)s", own=False),
    Row(P.USER_DEACTIVATE, NOBODY, NOBODY, NOT_ONESELF,
        "UPDATE users SET is_active = false WHERE id = %(user)s"),
    Row(P.USER_DEACTIVATE, NOBODY, NOBODY, NOT_ONESELF, "SELECT suspend_access(%(user)s)"),
    Row(P.USER_REACTIVATE, *ONLY_MANAGEMENT,
        "UPDATE users SET is_active = true WHERE id = %(inactive)s", own=False),
    Row(P.USER_REACTIVATE, *ONLY_MANAGEMENT, "SELECT restore_access(%(user)s)"),
    Row(P.USER_TRANSFER, *ONLY_MANAGEMENT,
        "UPDATE clients SET sales_contact_id = 7 WHERE sales_contact_id = %(sales_contact)s"),
    Row(P.USER_DELETE, NOBODY, NOBODY, NOT_ONESELF, "SELECT delete_record('users', %(user)s)"),
    Row(P.USER_RESET_PASSWORD, NOBODY, NOBODY, NOT_ONESELF,
        f"SELECT reset_password(%(user)s, '{OTHER_HASH}')"),
    Row(P.USER_CHANGE_ROLE, NOBODY, NOBODY, NOT_ONESELF,
        "UPDATE users SET role = CASE role WHEN 'MANAGEMENT' THEN 'SALES' ELSE 'MANAGEMENT' END"
        " WHERE id = %(user)s"),
    Row(P.OWN_PHONE, THEIRS, THEIRS, THEIRS,
        "UPDATE users SET phone = '+33600000000' WHERE id = %(user)s", other=False),
    Row(P.OWN_PASSWORD, THEIRS, THEIRS, THEIRS),
    Row(P.CLIENT_CREATE, *ONLY_SALES,
        "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " VALUES ('N', 'n@n.fr', '+33612345678', 'N', %(sales_contact)s)"),
    Row(P.CLIENT_UPDATE, *ONLY_SALES, "UPDATE clients SET full_name = 'N' WHERE id = %(client)s"),
    Row(P.CLIENT_TRANSFER, *ONLY_MANAGEMENT,
        "UPDATE clients SET sales_contact_id = 7 WHERE id = %(client)s"),
    Row(P.CLIENT_TRANSFER, *ONLY_MANAGEMENT,
        "UPDATE clients SET sales_contact_id = 3 WHERE id = %(client)s", own=False),
    Row(P.CLIENT_DELETE, *ONLY_MANAGEMENT, "SELECT delete_record('clients', %(empty_client)s)"),
    Row(P.CLIENT_IMPORT, *ONLY_SALES,
        "SELECT begin_import('client');"
        "INSERT INTO client_import (line, full_name) VALUES (2, 'N');"
        "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " SELECT full_name, 'n@n.fr', '+33612345678', 'N', %(sales_contact)s FROM client_import"),
    Row(P.CLIENT_PRIVACY_EXPORT, *ONLY_SALES),
    Row(P.CLIENT_ERASE, *ONLY_MANAGEMENT, "SELECT erase_client(%(client)s)"),
    Row(P.CLIENT_LOG, *EVERYBODY,
        "INSERT INTO log_entries (client_id, text) VALUES (%(client)s, 'N')"),
    Row(P.BULK_EXPORT, *EVERYBODY, "SELECT FROM client_list WHERE id = %(client)s"),
    Row(P.CONTRACT_CREATE, *ONLY_SALES,
        "INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due)"
        " VALUES (%(client)s, %(sales_contact)s, 10, 10)"),
    Row(P.CONTRACT_CREATE, *ONLY_SALES,
        "INSERT INTO contracts"
        " (client_id, sales_contact_id, total_amount, amount_due, signed_status)"
        " VALUES (%(client)s, %(sales_contact)s, 10, 4, true)"),
    Row(P.CONTRACT_CREATE, *ONLY_SALES,
        "INSERT INTO contracts"
        " (client_id, sales_contact_id, total_amount, amount_due, due_date)"
        " VALUES (%(client)s, %(sales_contact)s, 10, 10, '2031-01-01')"),
    Row(P.CONTRACT_UPDATE, *ONLY_SALES,
        "UPDATE contracts SET due_date = '2031-01-01' WHERE id = %(signed)s"),
    Row(P.CONTRACT_UPDATE, *ONLY_SALES,
        "UPDATE contracts SET total_amount = 900 WHERE id = %(draft)s"),
    Row(P.CONTRACT_SIGN, *ONLY_SALES,
        "UPDATE contracts SET signed_status = true WHERE id = %(draft)s"),
    Row(P.CONTRACT_SIGN, *ONLY_SALES,
        "UPDATE contracts SET signed_status = true, signed_at = '2026-01-01' WHERE id = %(draft)s"),
    Row(P.CONTRACT_PAY, *ONLY_SALES,
        "INSERT INTO payments (contract_id, amount) VALUES (%(signed)s, 10)"),
    Row(P.CONTRACT_UNSIGN, *ONLY_MANAGEMENT,
        "UPDATE contracts SET signed_status = false WHERE id = %(unused)s"),
    Row(P.CONTRACT_AMEND, *ONLY_MANAGEMENT,
        "UPDATE contracts SET total_amount = 9000 WHERE id = %(signed)s"),
    Row(P.CONTRACT_REVERSE_PAYMENT, *ONLY_MANAGEMENT,
        "INSERT INTO payments (contract_id, amount, kind, reverses_id, reason)"
        " VALUES (%(paid)s, -50, 'REVERSAL', %(payment)s, 'twice')"),
    Row(P.CONTRACT_ADJUST, *ONLY_MANAGEMENT,
        "INSERT INTO payments (contract_id, amount, kind, reason)"
        " VALUES (%(paid)s, -10, 'ADJUSTMENT', 'by hand')"),
    Row(P.CONTRACT_LOSE, *ONLY_SALES,
        "UPDATE contracts SET closed_reason = 'price' WHERE id = %(draft)s"),
    Row(P.CONTRACT_REOPEN, *ONLY_SALES,
        "UPDATE contracts SET closed_reason = NULL WHERE id = %(draft)s"),
    Row(P.CONTRACT_CANCEL, *ONLY_MANAGEMENT,
        "UPDATE contracts SET closed_reason = 'cancelled', closed_note = 'off', kept_amount = 0"
        " WHERE id = %(unused)s"),
    Row(P.CONTRACT_REFUND, *ONLY_MANAGEMENT,
        "INSERT INTO payments (contract_id, amount, kind, reason)"
        " VALUES (%(paid)s, -10, 'REFUND', 'late')"),
    Row(P.CONTRACT_DELETE, *ONLY_MANAGEMENT, "SELECT delete_record('contracts', %(draft)s)"),
    Row(P.EVENT_CREATE, *ONLY_SALES,
        "INSERT INTO events (name, contract_id, client_id, client_contact, start_date, end_date,"
        " location, attendees) VALUES ('N', %(signed)s, %(client)s, 'N', '2031-01-01',"
        " '2031-01-02', 'N', 1)"),
    Row(P.EVENT_UPDATE, NOBODY, THEIRS, ANYBODY,
        "UPDATE events SET name = 'N', client_contact = 'N', location = 'N', notes = 'N',"
        " attendees = 2, start_date = '2031-01-01', end_date = '2031-01-02' WHERE id = %(event)s"),
    Row(P.EVENT_CANCEL, NOBODY, THEIRS, ANYBODY,
        "UPDATE events SET cancelled_reason = 'rain' WHERE id = %(event)s"),
    Row(P.EVENT_ASSIGN, *ONLY_MANAGEMENT,
        "UPDATE events SET support_contact_id = %(support_contact)s WHERE id = %(event)s"),
    Row(P.EVENT_ASSIGN, *ONLY_MANAGEMENT,
        "UPDATE events SET support_contact_id = NULL WHERE id = %(event)s"),
    Row(P.EVENT_DELETE, *ONLY_MANAGEMENT, "SELECT delete_record('events', %(event)s)"),
    Row(P.TASK_CREATE, *EVERYBODY,
        "INSERT INTO tasks (text, due_date, assignee_id, client_id)"
        " VALUES ('N', '2031-01-01', %(sales_contact)s, %(client)s)"),
    Row(P.TASK_UPDATE, *EACH_THEIRS,
        "UPDATE tasks SET text = 'N', due_date = '2031-01-01', done_at = '2026-01-01',"
        " assignee_id = 6, client_id = 1 WHERE id = %(task)s"),
    Row(P.TASK_DELETE, *EACH_THEIRS, "SELECT delete_record('tasks', %(task)s)"),
    Row(P.SESSION_LIST, *EACH_THEIRS, "SELECT FROM session_list WHERE user_id = %(user)s"),
    Row(P.SESSION_REVOKE, *EACH_THEIRS, "SELECT revoke_sessions(%(user)s)"),
    Row(P.HISTORY_READ, *EVERYBODY, "SELECT FROM audit_list WHERE table_name = 'users'", own=False),
    Row(P.DENIED_LIST, *ONLY_MANAGEMENT, "SELECT FROM denied_list", own=False),
    Row(P.UNDO, *EACH_THEIRS, "SELECT begin_undo(%(transaction)s)"),
    # The undoing of births and deaths, by whoever may delete.
    Row(P.CLIENT_DELETE, *ONLY_MANAGEMENT, "SELECT undo_created()", own=False),
    Row(P.CLIENT_DELETE, *ONLY_MANAGEMENT, "SELECT undo_deleted()", own=False),
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """Whether somebody of ``role`` may do it to a record that is, or is not, their own."""

    permission: P
    role: Role
    own: bool
    allowed: bool
    sql: str | None
    records: Mapping[str, int]

    @property
    def me(self) -> int:
        """Who tries."""
        return ME[self.role]

    def __str__(self) -> str:
        return f"{self.permission}-{self.role}-{'own' if self.own else 'other'}"


CELLS = tuple(
    Cell(
        row.permission,
        role,
        own,
        (ON_OWN if own else ON_OTHER)[row.scope(role)],
        row.sql,
        {**OTHER, **OWN, "user": ME[role], "transaction": -ME[role]} if own else OTHER,
    )
    for row in TABLE
    for role in Role
    for own in (True, False)
    if (row.own if own else row.other)
)


def by_raw_sql(cursor: Cursor, cell: Cell) -> bool:
    """Try a cell in a transaction that has shown that person's session; whether it was allowed.

    A denied UPDATE touches no row, everything else is an error.
    """
    assert cell.sql is not None
    cursor.execute("SELECT set_config('epicevents.reason', 'as agreed', true)")
    outcome = attempt(cursor, cell.sql, cell.records)
    if isinstance(outcome, Error):
        assert outcome.pgcode == DENIED, outcome
        return False
    return outcome > 0
