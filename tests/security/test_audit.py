"""Rule 16: every write leaves who, when, which record, and its fields' old and new values."""

from typing import Any

import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.database import Database
from support.login import RIGHT, login_to_change, set_password, stored
from support.raw import acting, acting_with, refusal
from support.statements import client, contract, entry_of, event, payment, task

from crm.database.transaction import connect

MANAGER = 1
ENTRIES = (
    "SELECT e.table_name::text, e.record_id, e.action, e.changes, e.reason, t.employee_id,"
    " t.database_role::text, t.command"
    " FROM audit_entries e JOIN audit_transactions t ON t.id = e.transaction_id"
    " WHERE e.action = %s OR %s IS NULL ORDER BY e.id DESC LIMIT 1"
)

WRITES: dict[str, tuple[str, str, dict[str, list[Any]]]] = {
    "user created": (
        ("INSERT INTO users (first_name, last_name, email, hashed_password, role)"
        f" VALUES ('N', 'M', 'n@n.fr', '{stored(RIGHT)}', 'SALES')"),
        "INSERT",
        {"email": [None, "n@n.fr"], "must_change_password": [None, True], "is_active": [None, True],
         "hashed_password": ["(hidden)", "(hidden)"]},
    ),
    "user updated": (
        "UPDATE users SET role = 'SUPPORT', phone = '+33612345678' WHERE id = 2",
        "UPDATE",
        {"role": ["MANAGEMENT", "SUPPORT"], "phone": [None, "+33612345678"]},
    ),
    "password reset": (
        f"SELECT reset_password(2, '{stored(RIGHT)}')",
        "UPDATE",
        {"hashed_password": ["(hidden)", "(hidden)"], "must_change_password": [False, True]},
    ),
    "user deleted": (
        "SELECT delete_record('users', 2)",
        "DELETE",
        {"email": ["marc@epicevents.example", None], "hashed_password": ["(hidden)", "(hidden)"]},
    ),
    "client created": (
        ("INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " VALUES ('N', 'n@n.fr', '+33612345678', 'N', 3)"),
        "INSERT",
        {"full_name": [None, "N"], "sales_contact_id": [None, 3]},
    ),
    "client updated": (
        "UPDATE clients SET full_name = 'Ève' WHERE id = 1",
        "UPDATE",
        {"full_name": ["Éléonore Lefèvre", "Ève"]},
    ),
    "contract updated": (
        "UPDATE contracts SET total_amount = 1200.50 WHERE id = 1",
        "UPDATE",
        {"total_amount": [1000.00, 1200.50], "amount_due": [1000.00, 1200.50]},
    ),
    "contract deleted": (
        "SELECT delete_record('contracts', 1)",
        "DELETE",
        {"total_amount": [1000.00, None], "signed_status": [False, None]},
    ),
    "event updated": (
        "UPDATE events SET support_contact_id = NULL, notes = NULL WHERE id = 1",
        "UPDATE",
        {"support_contact_id": [5, None], "notes": ["Champagne", None]},
    ),
    "event deleted": (
        "SELECT delete_record('events', 1)", "DELETE", {"attendees": [75, None]},
    ),
    "payment made": (
        "INSERT INTO payments (contract_id, amount) VALUES (1, 400)",
        "INSERT",
        {"amount": [None, 400.00], "kind": [None, "PAYMENT"], "created_by_id": [None, MANAGER]},
    ),
}  # fmt: skip

# Derived from other columns, or without meaning for a person.
NEVER_SAID = {
    "id", "version", "updated_at", "last_updated", "sales_contact_role", "support_contact_role",
    "contract_signed_status", "reversed_amount",
}  # fmt: skip


def last_entry(cursor: Cursor, action: str | None = None) -> tuple[Any, ...]:
    """The newest entry, or the newest of an action, as the owner sees it."""
    cursor.execute(ENTRIES, (action, action))
    ((*entry,),) = cursor.fetchall()
    return tuple(entry)


@pytest.mark.parametrize(("statement", "action", "changes"), WRITES.values(), ids=WRITES)
def test_write_leaves_its_fields_with_old_and_new_values(
    database: Database, statement: str, action: str, changes: dict[str, list[Any]]
) -> None:
    with acting(database, MANAGER) as cursor:
        cursor.execute("SELECT set_config('epicevents.command', 'write it', true)")
        cursor.execute(statement + "; COMMIT")
    owner = database.owner().cursor()
    said, *who = last_entry(owner, action)[3:]
    assert who == [None, MANAGER, "epicevents_cli", "write it"]
    assert {field: said[field] for field in changes} == changes
    if action == "UPDATE":
        assert set(said) == set(changes)
    assert not NEVER_SAID & set(said)
    assert not any(field.endswith(("_folded", "_words")) for field in said)


INSERTED = {
    "users": WRITES["user created"][0],
    "clients": client(),
    "contracts": contract(),
    "events": event(),
    "payments": payment("1"),
    "log_entries": entry_of(),
    "tasks": task(),
}


@pytest.mark.parametrize("table", INSERTED)
def test_every_kind_of_write_to_every_table_leaves_an_entry(database: Database, table: str) -> None:
    cursor = database.owner().cursor()
    # Nothing else keeps these from being changed, and even then it would be on record.
    for final in {"payments", "log_entries"} & {table}:
        for trigger in (f"tg_{final}_are_final", f"tg_{final}_stay"):
            cursor.execute(f"ALTER TABLE {final} DISABLE TRIGGER {trigger}")
    cursor.execute(INSERTED[table] + " RETURNING id")
    ((new,),) = cursor.fetchall()
    cursor.execute(
        f"UPDATE {table} SET id = id WHERE id = {new}; DELETE FROM {table} WHERE id = {new}"
    )
    cursor.execute(
        "SELECT action FROM audit_entries WHERE (table_name, record_id) = (%s, %s) ORDER BY id",
        (table, new),
    )
    assert cursor.fetchall() == [("INSERT",), ("UPDATE",), ("DELETE",)]


def test_payment_leaves_the_balance_that_it_moved(database: Database) -> None:
    with acting(database, 3) as cursor:
        cursor.execute("INSERT INTO payments (contract_id, amount) VALUES (1, 400); COMMIT")
    owner = database.owner().cursor()
    owner.execute(
        "SELECT table_name::text, record_id, changes FROM audit_entries WHERE transaction_id ="
        " (SELECT max(id) FROM audit_transactions) AND action = 'UPDATE'"
    )
    assert owner.fetchall() == [("contracts", 1, {"amount_due": [1000.00, 600.00]})]


def test_no_hash_is_ever_written(database: Database) -> None:
    set_password(database)
    connection = connect(database.app)
    connection.autocommit = True
    secret, attempt, prove = login_to_change(connection)
    new = stored(RIGHT, "B" * 22)
    connection.close()
    with acting_with(database, secret) as cursor:
        cursor.execute("SELECT change_password(%s, %s, false, %s)", (attempt, new, prove(new)))
        cursor.execute("COMMIT")
    owner = database.owner().cursor()
    assert last_entry(owner)[3:6] == ({"hashed_password": ["(hidden)", "(hidden)"]}, None, 3)
    owner.execute(
        "SELECT FROM audit_entries WHERE changes::text ~ '[$]argon2id'"
        " OR changes::text LIKE (SELECT '%%' || split_part(hashed_password, '$', 6) || '%%'"
        "     FROM users WHERE id = 3)"
    )
    assert owner.rowcount == 0


def test_reason_is_kept_with_the_write_that_needed_it(database: Database) -> None:
    with acting(database, MANAGER) as cursor:
        cursor.execute(
            "UPDATE clients SET full_name = 'N' WHERE id = 1;"
            "SELECT set_config('epicevents.reason', 'more guests', true);"
            "UPDATE contracts SET total_amount = 5000 WHERE id = 2;"
            "SELECT set_config('epicevents.reason', 'a typing error', true);"
            "UPDATE contracts SET total_amount = 5001 WHERE id = 2; COMMIT"
        )
    owner = database.owner().cursor()
    owner.execute(
        "SELECT count(DISTINCT transaction_id), array_agg(reason ORDER BY id) FROM audit_entries"
        " WHERE transaction_id = (SELECT max(id) FROM audit_transactions)"
    )
    assert owner.fetchone() == (1, [None, "more guests", "a typing error"])


def test_moment_is_that_of_the_write_and_not_of_the_transaction(database: Database) -> None:
    with acting(database, MANAGER) as cursor:
        cursor.execute("SELECT pg_sleep(0.2)")
        cursor.execute("UPDATE clients SET full_name = 'N' WHERE id = 1")
        cursor.execute("UPDATE clients SET full_name = 'M' WHERE id = 1")
        cursor.execute(
            "SELECT max(at) - timezone('utc', now()) >= '0.2 s', count(DISTINCT transaction_id)"
            " FROM audit_list WHERE table_name = 'clients' AND action = 'UPDATE'"
        )
        assert cursor.fetchone() == (True, 1)


def test_owner_writes_as_the_role_that_connected(database: Database) -> None:
    owner = database.owner().cursor()
    owner.execute("UPDATE clients SET full_name = 'N' WHERE id = 1")
    assert last_entry(owner)[5:7] == (None, "postgres")


def test_denied_or_rolled_back_write_leaves_nothing(database: Database) -> None:
    owner = database.owner().cursor()
    before = last_entry(owner)
    with acting(database, 3) as cursor:
        cursor.execute("UPDATE clients SET full_name = 'N' WHERE id = 3")
        cursor.execute("COMMIT; BEGIN; UPDATE clients SET full_name = 'N' WHERE id = 1; ROLLBACK")
    assert last_entry(owner) == before


def test_nobody_writes_without_a_name(database: Database) -> None:
    with acting(database, 3) as cursor:
        # Forgotten after the policies have seen it and before the audit does.
        forget = "RETURNING set_config('epicevents.session', '', true)"
        for statement in (
            "UPDATE clients SET full_name = 'N' WHERE id = 1",
            "UPDATE users SET phone = NULL WHERE id = 3",
            "INSERT INTO payments (contract_id, amount) VALUES (1, 400)",
        ):
            assert refusal(cursor, f"{statement} {forget}")[0] == "42501"


def test_history_is_readable_by_everyone_who_is_logged_in(database: Database) -> None:
    with acting(database, 5) as cursor:
        cursor.execute(
            "SELECT employee, action, changes ->> 'full_name' FROM audit_list"
            " WHERE table_name = 'clients' AND record_id = 2"
        )
        assert cursor.fetchall() == [(None, "INSERT", '[null, "Kevin Casey"]')]


def test_bulk_load_is_one_transaction_with_an_entry_for_each_record(database: Database) -> None:
    with acting(database, 3) as cursor:
        cursor.execute(
            "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
            " SELECT 'N', i || '@n.fr', '+33612345678', 'N', 3 FROM generate_series(1, 2000) i"
        )
        cursor.execute(
            "SELECT count(*), count(DISTINCT transaction_id), count(DISTINCT record_id)"
            " FROM audit_list WHERE table_name = 'clients' AND employee_id = 3"
        )
        assert cursor.fetchone() == (2000, 1, 2000)
