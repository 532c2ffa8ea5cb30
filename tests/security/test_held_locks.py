"""Rights end at once, whatever locks the open transactions of their owner hold."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import psycopg2
import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.company import UNUSABLE
from support.database import Database
from support.login import SOPHIE, login, set_password
from support.matrix import DENIED
from support.raw import InBackground, acting, acting_with, attempt, refusal
from support.waiting import PATIENCE

from crm.database.transaction import Transaction, connect
from crm.domain.errors import PermissionDenied
from crm.services import administration, undo

SALES, MANAGER, MANAGER2 = 3, 1, 2

HOLDS = {
    "their phone": "UPDATE users SET phone = '+33600000000' WHERE id = %(me)s",
    "their row": "SELECT FROM users WHERE id = %(me)s FOR UPDATE",
    "a new client": "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
    " VALUES ('N', 'n@n.fr', '+33612345678', 'N', %(me)s)",
    "the last time of use": "SELECT begin_session(current_setting('epicevents.session'))",
}

# What the manager's command does to the account, once the rights are gone.
CHANGES = {
    "deactivation": "UPDATE users SET is_active = false WHERE id = %(them)s",
    "demotion": "UPDATE users SET role = 'SUPPORT' WHERE id = %(them)s",
    "password reset": f"SELECT reset_password(%(them)s, '{UNUSABLE}')",
    "deletion": "SELECT delete_record('users', %(them)s)",
}


@pytest.fixture
def newcomer(database: Database) -> int:
    """A SALES person whom no record names, so that every change of the account is allowed."""
    cursor = database.owner().cursor()
    cursor.execute(
        "INSERT INTO users (first_name, last_name, email, hashed_password, role) VALUES"
        " ('Simone', 'Sauvage', 'simone@epicevents.example', %s, 'SALES') RETURNING id",
        (UNUSABLE.replace("AAA$", "BBB$"),),
    )
    ((user_id,),) = cursor.fetchall()
    assert isinstance(user_id, int)
    return user_id


@contextmanager
def holding(database: Database, user_id: int, hold: str) -> Iterator[Cursor]:
    """Somebody's open transaction that holds a lock."""
    with acting(database, user_id) as cursor:
        if hold == "the last time of use":
            database.owner().cursor().execute(
                "UPDATE session_uses SET last_used_at = last_used_at - interval '5 minutes'"
            )
        cursor.execute(HOLDS[hold], {"me": user_id})
        yield cursor


def run_at_once(database: Database, user_id: int, statement: str) -> None:
    """Commit a statement that may not wait for anybody."""
    with acting(database, user_id) as cursor:
        cursor.execute("SET LOCAL lock_timeout = '1ms'")
        cursor.execute(statement)
        cursor.execute("COMMIT")


def has_no_rights(cursor: Cursor) -> bool:
    """Whether an open transaction reads nothing and writes nothing."""
    cursor.execute("SELECT employee_id(), employee_role(), (SELECT count(*) FROM client_list)")
    reads = cursor.fetchone()
    writes = attempt(cursor, "UPDATE clients SET full_name = 'N' WHERE id = 1")
    return reads == (None, None, 0) and writes == 0


@pytest.mark.parametrize("hold", HOLDS)
@pytest.mark.parametrize(
    "ending", ["revoke_sessions(%s)", "suspend_access(%s)"], ids=["revocation", "suspension"]
)
def test_manager_ends_rights_at_once(database: Database, hold: str, ending: str) -> None:
    with holding(database, SALES, hold) as cursor:
        run_at_once(database, MANAGER, f"SELECT {ending % SALES}")
        assert has_no_rights(cursor)


@pytest.mark.parametrize("hold", HOLDS)
def test_logout_ends_a_session_in_which_another_transaction_is_open(
    database: Database, hold: str
) -> None:
    with holding(database, SALES, hold) as cursor:
        cursor.execute("SELECT current_setting('epicevents.session')")
        ((secret,),) = cursor.fetchall()
        with acting_with(database, secret) as other:
            other.execute("SET LOCAL lock_timeout = '1ms'; SELECT end_session(); COMMIT")
        assert has_no_rights(cursor)


def test_owner_of_a_stolen_session_ends_it_and_keeps_their_own(database: Database) -> None:
    with holding(database, SALES, "their row") as thief:
        mine = database.session_of(SALES)
        with acting_with(database, mine) as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1ms'; SELECT end_other_sessions(); COMMIT")
        assert has_no_rights(thief)
        with acting_with(database, mine) as cursor:
            cursor.execute("SELECT employee_id()")
            assert cursor.fetchone() == (SALES,)
    with acting(database, SALES) as later:
        later.execute("SELECT employee_id()")
        assert later.fetchone() == (SALES,)


@pytest.mark.parametrize("hold", ["their phone", "their row", "a new client"])
@pytest.mark.parametrize("change", CHANGES)
def test_account_changes_after_its_rights_are_gone(
    database: Database, newcomer: int, change: str, hold: str
) -> None:
    observer = database.owner().cursor()
    with holding(database, newcomer, hold) as cursor:
        run_at_once(database, MANAGER, f"SELECT suspend_access({newcomer})")
        with acting(database, MANAGER) as manager:
            waiting = InBackground(
                manager,
                CHANGES[change] + ";SELECT restore_access(%(them)s); COMMIT",
                {"them": newcomer},
            )
            # A reset of the password need not wait for a new client.
            if waiting.wait_until_blocked(observer):
                assert has_no_rights(cursor)
            cursor.execute("ROLLBACK")
            assert waiting.result() is None
    observer.execute("SELECT is_active, role FROM users WHERE id = %s", (newcomer,))
    assert observer.fetchall() == {
        "deactivation": [(False, "SALES")], "demotion": [(True, "SUPPORT")],
        "password reset": [(True, "SALES")], "deletion": [],
    }[change]  # fmt: skip


# What a manager did, and what is left of the account when it is taken back.
UNDONE = {
    "reactivation": ("is_active = false", "is_active = true", [(False, "SALES")]),
    "another role": ("role = 'SUPPORT'", "role = 'SALES'", [(True, "SUPPORT")]),
    "creation": (None, None, []),
}


@pytest.mark.parametrize("hold", ["their phone", "their row", "a new client"])
@pytest.mark.parametrize("undone", UNDONE)
def test_undo_ends_rights_before_it_waits(
    database: Database, newcomer: int, undone: str, hold: str
) -> None:
    before, after, left = UNDONE[undone]
    sql = database.owner().cursor()
    for change in (before, after):
        if change:
            sql.execute(f"UPDATE users SET {change} WHERE id = {newcomer}")
    sql.execute("SELECT max(id) FROM audit_transactions")
    ((number,),) = sql.fetchall()

    def take_back() -> None:
        with undo.suspend_for_undo(partial(database.as_user, MANAGER), number) as tx:
            undo.undo(tx, number)

    with ThreadPoolExecutor(1) as pool, holding(database, newcomer, hold) as cursor:
        taking_back = pool.submit(take_back)
        deadline = time.monotonic() + PATIENCE
        while not has_no_rights(cursor):
            assert not taking_back.done(), taking_back.result()
            assert time.monotonic() < deadline
        sql.execute("SELECT is_active, role FROM users WHERE id = %s", (newcomer,))
        assert sql.fetchall() == [(True, "SALES")]
        cursor.execute("ROLLBACK")
        taking_back.result(PATIENCE)
    sql.execute("SELECT is_active, role FROM users WHERE id = %s", (newcomer,))
    assert sql.fetchall() == left
    sql.execute("SELECT FROM suspensions WHERE ended_at IS NULL")
    assert sql.rowcount == 0


def test_who_may_not_take_it_back_ends_nobody_s_rights(database: Database) -> None:
    with acting(database, MANAGER) as cursor:
        cursor.execute("UPDATE users SET is_active = false WHERE id = 4")
        cursor.execute("UPDATE users SET is_active = true WHERE id = 4; COMMIT")
    sql = database.owner().cursor()
    sql.execute("SELECT max(id) FROM audit_transactions")
    ((number,),) = sql.fetchall()
    with (
        pytest.raises(PermissionDenied),
        undo.suspend_for_undo(partial(database.as_user, SALES), number),
    ):
        pass
    sql.execute("SELECT FROM suspensions")
    assert sql.rowcount == 0


def test_the_administrator_s_reset_ends_sessions_before_it_waits(database: Database) -> None:
    owner = database.owner()
    tx = Transaction(owner, None)
    with holding(database, SALES, "their row") as cursor:
        tx.execute("SET lock_timeout = '1ms'")
        administration.end_all_sessions(tx, SOPHIE, "four words nobody guesses")
        assert has_no_rights(cursor)


def test_login_is_not_delayed_by_a_lock_on_the_account(database: Database) -> None:
    set_password(database)
    connection = connect(database.app)
    connection.autocommit = True
    connection.cursor().execute("SET lock_timeout = '1ms'")
    with holding(database, SALES, "their row"):
        login(connection)
    connection.close()


def test_restoring_ends_one_suspension_or_all(database: Database) -> None:
    with acting(database, MANAGER) as cursor:
        cursor.execute("SELECT suspend_access(3), suspend_access(3), suspend_access(4)")
        ((first, _second, _other),) = cursor.fetchall()
        cursor.execute("SELECT restore_access(3, %s), restore_access(3, %s)", (first, first))
        assert cursor.fetchone() == (1, 0)
        cursor.execute("SELECT restore_access(3), restore_access(3)")
        assert cursor.fetchone() == (1, 0)


def test_what_an_attempt_left_behind_ends_with_the_next_of_the_same_manager(
    database: Database,
) -> None:
    for manager in (MANAGER, MANAGER2):
        with acting(database, manager) as cursor:
            cursor.execute("SELECT suspend_access(3); COMMIT")
    with acting(database, MANAGER) as cursor:
        cursor.execute("SELECT suspend_access(3)")
        ((suspension,),) = cursor.fetchall()
        cursor.execute("SELECT restore_access(3, %s)", (suspension,))
        assert cursor.fetchone() == (2,)
        # The colleague's is theirs.
        cursor.execute("SELECT restore_access(3)")
        assert cursor.fetchone() == (1,)


def test_two_managers_who_suspend_each_other_do_not_both_succeed(database: Database) -> None:
    with acting(database, MANAGER) as one, acting(database, MANAGER2) as two:
        one.execute(f"SELECT suspend_access({MANAGER2})")
        two.execute(f"SELECT suspend_access({MANAGER})")
        two.execute("COMMIT")
        one.execute("COMMIT")
    left = []
    for manager in (MANAGER, MANAGER2):
        with acting(database, manager) as cursor:
            cursor.execute("SELECT employee_id()")
            left += cursor.fetchall()
    assert left == [(MANAGER,), (None,)]


def test_suspension_by_a_manager_who_is_deactivated_meanwhile_leaves_a_manager(
    database: Database,
) -> None:
    with acting(database, MANAGER2) as two:
        two.execute(f"UPDATE users SET is_active = false WHERE id = {MANAGER}")
        run_at_once(database, MANAGER, f"SELECT suspend_access({MANAGER2})")
        two.execute("COMMIT")
    with acting(database, MANAGER2) as two:
        two.execute("SELECT employee_role()")
        assert two.fetchone() == ("MANAGEMENT",)


# A whole table is locked only by who may delete from it, which therefore is a function.
@pytest.mark.parametrize("who", [None, MANAGER])
@pytest.mark.parametrize(
    "table", ["users", "clients", "contracts", "events", "payments", "client_list", "user_list"]
)
def test_nobody_locks_everybody_out_of_a_table(
    database: Database, table: str, who: int | None
) -> None:
    with acting(database, who) as cursor:
        for mode in ("ROW SHARE", "ROW EXCLUSIVE", "SHARE", "ACCESS EXCLUSIVE"):
            assert refusal(cursor, f"LOCK TABLE {table} IN {mode} MODE")[0] == DENIED


def test_lock_timeout_leaves_the_suspension_in_force(database: Database) -> None:
    with holding(database, SALES, "their row") as cursor:
        run_at_once(database, MANAGER, f"SELECT suspend_access({SALES})")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            run_at_once(database, MANAGER, f"UPDATE users SET is_active = false WHERE id = {SALES}")
        cursor.execute("COMMIT")
    with acting(database, SALES) as later:
        later.execute("SELECT employee_id()")
        assert later.fetchone() == (None,)
