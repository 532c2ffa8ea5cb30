"""Rights end at once, whatever locks the open transactions of their owner hold."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.company import UNUSABLE
from support.database import Database
from support.login import login, set_password
from support.matrix import DENIED
from support.raw import InBackground, acting, acting_with, attempt, refusal

from crm.database import connect

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
