"""What an insider with psql tries with the function that forgets a person."""

import threading

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.database import Database
from support.matrix import DENIED
from support.raw import acting, attempt, refusal
from support.services import stored, wait_until_somebody_waits

from crm.domain.errors import CRMError

CHECK = "23514"
SOLD = (
    "INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due)"
    " VALUES ({client}, 3, 10, 10)"
)
MARKED = (
    "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id, erased_at)"
    " VALUES ('N', 'n@n.fr', '+33612345678', 'N', 3, utc_now())"
)
REASON = "SELECT set_config('epicevents.reason', 'asked', true)"


@pytest.mark.parametrize("who", [None, 3, 4, 5])
def test_nobody_but_management_erases(database: Database, who: int | None) -> None:
    with acting(database, who) as cursor:
        cursor.execute(REASON)
        assert refusal(cursor, "SELECT erase_client(1)")[0] == DENIED


@pytest.mark.parametrize("reason", ["", "   ", "\u200b"])
def test_nobody_erases_without_a_reason(database: Database, reason: str) -> None:
    with acting(database, 1) as cursor:
        cursor.execute("SELECT set_config('epicevents.reason', %s, true)", (reason,))
        assert refusal(cursor, "SELECT erase_client(1)")[0] == DENIED


def test_a_reason_of_an_earlier_transaction_does_not_count(database: Database) -> None:
    with acting(database, 1) as cursor:
        cursor.execute("ROLLBACK; SET epicevents.reason = 'of yesterday'; BEGIN")
        cursor.execute("SELECT begin_session(%s)", (database.session_of(1),))
        assert refusal(cursor, "SELECT erase_client(1)")[0] == DENIED


def test_erasing_twice_is_refused(database: Database) -> None:
    with acting(database, 1) as cursor:
        cursor.execute(REASON)
        cursor.execute("SELECT * FROM erase_client(1)")
        assert cursor.fetchone() is not None
        assert refusal(cursor, "SELECT erase_client(1)") == (CHECK, "tg_clients_stay_erased")


def test_nobody_is_erased_who_never_was(database: Database) -> None:
    with acting(database, 1) as cursor:
        cursor.execute(REASON)
        cursor.execute("SELECT * FROM erase_client(99)")
        assert cursor.fetchone() is None


def test_a_deleted_client_is_forgotten_too(database: Database, owner: Connection) -> None:
    sql = owner.cursor()
    sql.execute(
        "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " VALUES ('Bob Marsh', 'bob@marsh.example', '+33612345678', 'Marsh', 3) RETURNING id"
    )
    (bob,) = sql.fetchone() or (0,)
    sql.execute("DELETE FROM clients WHERE id = %s", (bob,))
    with acting(database, 1) as cursor:
        cursor.execute(REASON)
        cursor.execute("SELECT entries FROM erase_client(%s)", (bob,))
        assert cursor.fetchone() == (2,)
        # Nothing is left to forget.
        cursor.execute("SELECT entries FROM erase_client(%s)", (bob,))
        assert cursor.fetchone() is None
        cursor.execute("COMMIT")
    sql.execute("SELECT count(*) FROM audit_entries WHERE changes::text LIKE '%Marsh%'")
    assert sql.fetchone() == (0,)
    sql.execute("SELECT count(*) FROM audit_entries WHERE reason = 'asked'")
    assert sql.fetchone() == (0,)


@pytest.mark.parametrize("column", ["full_name", "email", "phone", "company_name", "erased_at"])
def test_an_erased_client_stays_so_even_for_the_owner(owner: Connection, column: str) -> None:
    sql = owner.cursor()
    sql.execute("UPDATE clients SET erased_at = utc_now() WHERE id = 1")
    sql.execute("BEGIN")
    values = {"email": "'jo@x.example'", "phone": "'+33600000000'", "erased_at": "NULL"}
    value = values.get(column, "'Jo'")
    statement = f"UPDATE clients SET {column} = {value} WHERE id = 1"
    assert refusal(sql, statement) == (CHECK, "tg_clients_stay_erased")
    sql.execute("ROLLBACK; UPDATE clients SET sales_contact_id = 4 WHERE id = 1")


def test_nobody_says_that_a_client_is_erased(database: Database) -> None:
    for who in (1, 3):
        with acting(database, who) as cursor:
            for statement in ("UPDATE clients SET erased_at = utc_now()", MARKED):
                assert refusal(cursor, statement)[0] == DENIED


@pytest.mark.parametrize(
    "statement",
    [
        SOLD.format(client=1),
        "UPDATE contracts SET client_id = 1 WHERE id = 6",
    ],
)
def test_nothing_more_is_sold_to_an_erased_client(
    database: Database, owner: Connection, statement: str
) -> None:
    owner.cursor().execute(
        "UPDATE clients SET erased_at = utc_now() WHERE id = 1;" + SOLD.format(client=2)
    )
    with acting(database, 1) as cursor:
        assert refusal(cursor, statement) == (CHECK, "tg_contracts_erased_client")


def test_what_is_sold_while_a_client_is_erased_is_refused(
    company: Company, owner: Connection
) -> None:
    """The contract waits for the erasure, and then sees it."""
    outcome: list[object] = []

    def sell() -> None:
        with acting(company.database, company.sales) as cursor:
            outcome.append(attempt(cursor, SOLD.format(client=1)))

    with acting(company.database, company.manager) as cursor:
        cursor.execute(REASON)
        cursor.execute("SELECT erase_client(1)")
        seller = threading.Thread(target=sell)
        seller.start()
        wait_until_somebody_waits(owner)
        cursor.execute("COMMIT")
        seller.join()
    refused = outcome[0]
    assert not isinstance(refused, int | CRMError)
    assert "tg_contracts_erased_client" in str(refused.diag.constraint_name)  # type: ignore[attr-defined]
    assert stored(owner, "clients", 1, "full_name") == "Erased client 1"


@pytest.mark.parametrize(
    "function",
    [
        "text_pattern('x')", "phone_pattern('+336')", "without_person('x', 'x')",
        "personal_pattern('{}', true)", "without_person('{}'::jsonb, '{}', 'x')",
    ],
)  # fmt: skip
def test_its_helpers_are_nobodys(database: Database, function: str) -> None:
    with acting(database, 1) as cursor:
        assert refusal(cursor, f"SELECT {function}")[0] == DENIED


def test_a_payment_is_no_less_final(database: Database, owner: Connection) -> None:
    with acting(database, 1) as cursor:
        cursor.execute("SELECT set_config('epicevents.erasing', 'on', true)")
        assert refusal(cursor, "UPDATE payments SET amount = 1")[0] == DENIED
        cursor.execute(REASON)
        cursor.execute("SELECT erase_client(1)")
        cursor.execute("SELECT current_setting('epicevents.erasing')")
        assert cursor.fetchone() == ("",)
