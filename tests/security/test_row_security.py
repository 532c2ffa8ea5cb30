"""The permission table, cell by cell, as raw SQL by the app's login with that person's session."""

from collections.abc import Iterator, Mapping

import pytest
from support.database import Database, copied
from support.matrix import CELLS, DENIED, ME, SETUP, TABLE, Cell, Row, by_raw_sql
from support.raw import InBackground, acting, acting_with, attempt, refusal

from crm.domain.enums import Role
from crm.domain.permissions import NEVER_ONESELF, Permission, Scope, scope_of

TRIED = [cell for cell in CELLS if cell.sql is not None]


@pytest.fixture(scope="module")
def matrix(company_template: dict[str, str]) -> Iterator[Database]:
    """The company with a record for every cell; every cell is rolled back."""
    with copied(company_template, SETUP) as database:
        database.session_of(7)
        yield database


@pytest.mark.parametrize("cell", TRIED, ids=str)
def test_database_allows_what_the_table_grants(
    matrix: Database, secrets: Mapping[Role, str], cell: Cell
) -> None:
    with acting_with(matrix, secrets[cell.role]) as cursor:
        assert by_raw_sql(cursor, cell) is cell.allowed


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.permission)
def test_program_has_the_same_table(row: Row) -> None:
    for role in Role:
        granted = {None: "nobody", Scope.OWN: "own", Scope.ANY: "any"}[
            scope_of(role, row.permission)
        ]
        if granted == "any" and row.permission in NEVER_ONESELF:
            granted = "not oneself"
        assert granted == row.scope(role)


def test_every_permission_has_its_cells() -> None:
    assert {row.permission for row in TABLE} == set(Permission)


def test_nobody_is_allowed_nothing(matrix: Database) -> None:
    with acting(matrix, None) as cursor:
        assert not [str(cell) for cell in TRIED if by_raw_sql(cursor, cell)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET is_active = false WHERE id = %(me)s",
        "UPDATE users SET must_change_password = true WHERE id = %(me)s",
        (
            "INSERT INTO suspensions (user_id, suspended_at, suspended_by_id)"
            " VALUES (%(me)s, utc_now(), 2)"
        ),
        (
            "UPDATE users SET hashed_password = overlay(hashed_password PLACING 'B' FROM 35)"
            " WHERE id = %(me)s"
        ),
        "DELETE FROM session_uses",
    ],
    ids=["inactive", "must change password", "suspended", "another password", "never used"],
)
def test_whoever_is_not_in_force_is_allowed_nothing(database: Database, change: str) -> None:
    secrets = {role: database.session_of(user_id) for role, user_id in ME.items()}
    owner = database.owner().cursor()
    owner.execute(SETUP)
    for role, user_id in ME.items():
        owner.execute(change, {"me": user_id})
        with acting_with(database, secrets[role]) as cursor:
            mine = [cell for cell in TRIED if cell.role == role]
            assert not [str(cell) for cell in mine if by_raw_sql(cursor, cell)]


# What the table's cells cannot say: single columns, and reasons.
BEYOND = {
    "a contract's sales contact is not given away": (
        3, "UPDATE contracts SET sales_contact_id = 4 WHERE id = 1"),
    "a contract does not move to a foreign client": (
        3, "UPDATE contracts SET client_id = 3 WHERE id = 1"),
    "a foreign client's contract is not taken over": (
        3, "UPDATE contracts SET client_id = 1 WHERE id = 6"),
    "a client is not given away": (
        3, "UPDATE clients SET sales_contact_id = 4 WHERE id = 1"),
    "a contract is not sold in a colleague's name": (
        3, ("INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due)"
        " VALUES (1, 4, 10, 10)")),
    "an event is not assigned at creation": (
        3, ("INSERT INTO events (name, contract_id, client_id, client_contact, start_date,"
        " end_date, location, attendees, support_contact_id)"
        " VALUES ('N', 2, 1, 'N', '2031-01-01', '2031-01-02', 'N', 1, 5)")),
    "an event does not move to another contract": (
        5, "UPDATE events SET contract_id = 7 WHERE id = 1"),
    "an event is not handed on": (
        5, "UPDATE events SET support_contact_id = 6 WHERE id = 1"),
    "an overlap is not allowed to oneself": (
        5, "UPDATE events SET overlap_allowed = true WHERE id = 1"),
    "unsigning takes a reason": (
        1, "UPDATE contracts SET signed_status = false WHERE id = 7"),
    "amending takes a reason": (
        1, "UPDATE contracts SET total_amount = 9000 WHERE id = 2"),
    "an overlap takes a reason": (
        1, "UPDATE events SET overlap_allowed = true WHERE id = 1"),
    "a password is not written past its function": (
        1, "UPDATE users SET hashed_password = hashed_password WHERE id = 7"),
    "nobody spares others the change of password": (
        1, "UPDATE users SET must_change_password = false WHERE id = 7"),
    "the balance is not written": (1, "UPDATE contracts SET amount_due = 0 WHERE id = 2"),
    "the day of signature is not written": (
        1, "UPDATE contracts SET signed_at = '2020-01-01' WHERE id = 2"),
    "nobody signs in a colleague's name": (
        3, "UPDATE contracts SET signed_status = true, signed_by_id = 4 WHERE id = 1"),
    "versions are not written": (1, "UPDATE clients SET version = 1 WHERE id = 1"),
    "ids are not chosen": (
        1, ("INSERT INTO clients (id, full_name, email, phone, company_name, sales_contact_id)"
        " VALUES (99, 'N', 'n@n.fr', '+33612345678', 'N', 3)")),
    "payments are not made in a colleague's name": (
        1, "INSERT INTO payments (contract_id, amount, created_by_id) VALUES (2, 1, 2)"),
    "an opening payment is not invented": (
        1, "INSERT INTO payments (contract_id, amount, kind) VALUES (2, 1, 'OPENING')"),
    "payments stay": (1, "DELETE FROM payments"),
    "a signed contract stays": (1, "DELETE FROM contracts WHERE id = 8"),
    "tasks are not made in a colleague's name": (
        1, ("INSERT INTO tasks (text, due_date, assignee_id, created_by_id)"
        " VALUES ('N', '2031-01-01', 3, 2)")),
    "nobody does a task in a colleague's name": (3, "UPDATE tasks SET done_by_id = 4"),
    "tasks are deleted by their function alone": (1, "DELETE FROM tasks"),
    "log entries are not written in a colleague's name": (
        1, "INSERT INTO log_entries (client_id, text, created_by_id) VALUES (1, 'N', 2)"),
    "log entries stay": (1, "DELETE FROM log_entries"),
    "log entries do not change": (1, "UPDATE log_entries SET text = 'N'"),
    "payments do not change": (1, "UPDATE payments SET amount = 1"),
    # The first session is that of the fixture's colleague, 7.
    "a colleague's session is not ended by its number": (3, "SELECT revoke_session(1)"),
    "nothing is loaded by SUPPORT": (5, "SELECT begin_import('client')"),
}  # fmt: skip


@pytest.mark.parametrize(("who", "statement"), BEYOND.values(), ids=BEYOND)
def test_database_denies_what_no_row_grants(matrix: Database, who: int, statement: str) -> None:
    with acting(matrix, who) as cursor:
        outcome = attempt(cursor, statement)
        assert outcome == 0 or getattr(outcome, "pgcode", None) == DENIED


def test_tables_are_empty_to_nobody_and_full_to_whoever_is_logged_in(matrix: Database) -> None:
    for who in (None, 3):
        with acting(matrix, who) as cursor:
            for table in ("users", "clients", "contracts", "events", "payments"):
                cursor.execute(f"SELECT count(id) > 0 FROM {table}")
                assert cursor.fetchone() == (who is not None,), table


def test_reason_must_say_something(matrix: Database) -> None:
    unsign = "UPDATE contracts SET signed_status = false WHERE id = 7"
    with acting(matrix, 1) as cursor:
        for nothing in ("", "  ", "\n", "\u200b", "\u00a0\u2800"):
            cursor.execute("SELECT set_config('epicevents.reason', %s, true)", (nothing,))
            assert refusal(cursor, unsign)[0] == DENIED
        cursor.execute("SELECT set_config('epicevents.reason', 'the client withdrew', true)")
        assert attempt(cursor, unsign) == 1


def test_reason_of_an_earlier_user_of_the_connection_is_forgotten(matrix: Database) -> None:
    secret = matrix.session_of(1)
    with acting(matrix, None) as cursor:
        cursor.execute("SET epicevents.reason = 'left behind'; SELECT begin_session(%s)", (secret,))
        assert refusal(cursor, "UPDATE contracts SET signed_status = false WHERE id = 7") == (
            DENIED, "",
        )  # fmt: skip


def test_new_account_must_change_its_password(matrix: Database) -> None:
    with acting(matrix, 1) as cursor:
        (create,) = [cell for cell in TRIED if cell.permission == "user:create" and cell.allowed]
        assert by_raw_sql(cursor, create)
        cursor.execute("SELECT must_change_password FROM users WHERE email = 'n@n.example'")
        assert cursor.fetchone() == (True,)


def test_overlap_is_allowed_to_one_person_at_one_time(matrix: Database) -> None:
    with acting(matrix, 1) as cursor:
        cursor.execute("SELECT set_config('epicevents.reason', 'two teams', true)")
        cursor.execute("UPDATE events SET overlap_allowed = true WHERE id = 1 RETURNING id")
        cursor.execute("SELECT begin_session(%s)", (matrix.session_of(5),))
        cursor.execute("UPDATE events SET name = 'N' WHERE id = 1 RETURNING overlap_allowed")
        assert cursor.fetchone() == (True,)
        cursor.execute(
            "SELECT set_config('epicevents.reason', 'mine', true);"
            "UPDATE events SET end_date = '2030-06-06' WHERE id = 1 RETURNING overlap_allowed"
        )
        assert cursor.fetchone() == (False,)


# The second leaves the session alive, so that only guards and triggers stand in the way.
ENDINGS = {
    "revoked": "INSERT INTO session_revocations (user_id, revoked_at) VALUES (%s, utc_now())",
    "told to change the password": "UPDATE users SET must_change_password = true WHERE id = %s",
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("who", "statement"),
    [
        (3, "UPDATE contracts SET signed_status = false WHERE id = 7"),
        (3, "UPDATE contracts SET sales_contact_id = 4 WHERE id = 7"),
        (1, "UPDATE contracts SET signed_status = false WHERE id = 3"),
        (5, "UPDATE events SET overlap_allowed = true WHERE id = 1"),
        (1, "UPDATE users SET role = 'SALES' WHERE id = 2"),
    ],
    ids=["unsign", "give away", "unsign what is paid", "overlap", "demote"],
)
def test_statement_that_outlives_its_rights_gains_none(
    database: Database, who: int, statement: str, ending: str
) -> None:
    holder, observer = database.owner().cursor(), database.owner().cursor()
    holder.execute(SETUP)
    holder.execute(
        "BEGIN; SELECT FROM contracts WHERE id IN (3, 7) FOR UPDATE;"
        "SELECT FROM events WHERE id = 1 FOR UPDATE; SELECT FROM users WHERE id = 2 FOR UPDATE"
    )
    with acting(database, who) as cursor:
        cursor.execute("SELECT set_config('epicevents.reason', 'mine', true)")
        late = InBackground(cursor, statement)
        assert late.wait_until_blocked(observer)
        observer.execute(ENDINGS[ending], (who,))
        holder.execute("ROLLBACK")
        assert late.result() in (DENIED, "tg_contracts_unsign_with_payments")
