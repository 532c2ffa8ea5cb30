"""What an insider with psql tries with the function that forgets a person."""

import random
import threading

import pytest
from psycopg2.errors import CheckViolation
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.database import Database
from support.matrix import DENIED
from support.raw import InBackground, acting, attempt, refusal
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


@pytest.mark.parametrize("who", [None, 3, 4, 5])
def test_nobody_but_management_sees_where_a_client_is_named(
    database: Database, who: int | None
) -> None:
    with acting(database, who) as cursor:
        assert refusal(cursor, "SELECT client_mentions(1)")[0] == DENIED


@pytest.mark.parametrize("mentions", ["'{}'", "ARRAY['audit entry 1', 'denied attempt 1']"])
def test_no_text_is_erased_in_which_the_person_is_not_reached(
    database: Database, owner: Connection, mentions: str
) -> None:
    """Whoever names a text erases there an email or a phone of the client, and nothing else."""
    sql = owner.cursor()
    sql.execute("SELECT set_config('epicevents.reason', 'Éléonore Lefèvre', false)")
    sql.execute("UPDATE users SET last_name = 'Q' WHERE id = 3 RETURNING id")
    sql.execute("SELECT max(id) FROM audit_entries")
    ((entry,),) = sql.fetchall()
    with acting(database, 1) as cursor:
        cursor.execute(REASON)
        cursor.execute(f"SELECT erase_client(1, {mentions} || ARRAY['audit entry {entry}'])")
        cursor.execute("COMMIT")
    assert stored(owner, "audit_entries", entry, "reason") == "Éléonore Lefèvre"


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


@pytest.mark.parametrize(
    "column",
    ["full_name", "email", "phone", "company_name", "address", "siret", "vat_number", "erased_at"],
)
def test_an_erased_client_stays_so_even_for_the_owner(owner: Connection, column: str) -> None:
    sql = owner.cursor()
    sql.execute("UPDATE clients SET erased_at = utc_now() WHERE id = 1")
    sql.execute("BEGIN")
    values = {"email": "'jo@x.example'", "phone": "'+33600000000'", "erased_at": "NULL"}
    value = values.get(column, "'Jo'")
    statement = f"UPDATE clients SET {column} = {value} WHERE id = 1"
    assert refusal(sql, statement) == (CHECK, "tg_clients_stay_erased")
    sql.execute("ROLLBACK; UPDATE clients SET sales_contact_id = 4 WHERE id = 1")


def test_every_column_that_says_who_a_client_is_is_erased_with_its_history(
    database: Database, owner: Connection
) -> None:
    """Values that nobody else has, one for each column of the list, are nowhere afterwards."""
    sql = owner.cursor()
    values = {
        "full_name": "Zora Quibble", "email": "zora@quibble.example", "phone": "+33655443322",
        "company_name": "Quibble & Sons", "address": "7 quai Quibble", "siret": "73282932000074",
        "vat_number": "FR40303265045",
    }  # fmt: skip
    sql.execute("SELECT columns_of('clients', 'identity')")
    assert sorted(sql.fetchone()[0]) == sorted(values)  # type: ignore[index]
    assignments = ", ".join(f"{name} = %({name})s" for name in values)
    sql.execute(f"UPDATE clients SET {assignments} WHERE id = 1", values)
    sql.execute("SELECT to_jsonb(c)::text FROM clients c WHERE id = 1")
    before = sql.fetchone()
    assert before is not None
    assert all(value in before[0] for value in values.values())
    with acting(database, 1) as cursor:
        cursor.execute(REASON)
        cursor.execute("SELECT * FROM erase_client(1)")
        cursor.execute("COMMIT")
    sql.execute(
        "SELECT (SELECT to_jsonb(c)::text FROM clients c WHERE id = 1)"
        " || (SELECT string_agg(changes::text, '') FROM audit_entries)"
    )
    after = sql.fetchone()
    assert after is not None
    assert [value for value in values.values() if value in after[0]] == []


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
        "personal_patterns('{}')", "client_identities(1)", "addresses_of('{}')",
        "without_person('{}'::jsonb, '{}', 'x')",
        "events_ever_of(1)", "erase_texts('events', 'x', 1, '{}', true)",
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


DELETED_CLIENT = (
    "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
    " VALUES ('Bob Marsh', 'bob@marsh.example', '+33712345678', 'Marsh', 3);"
    " DELETE FROM clients WHERE id = 4"
)
DELETED_EVENT = "DELETE FROM events WHERE id = 1"
NOTES = "UPDATE events SET notes = {} WHERE id = 1"
SET_BACK = NOTES.format(
    "(SELECT changes -> 'notes' ->> 0 FROM audit_list ORDER BY id DESC LIMIT 1)"
)
NOTED = NOTES.format("'Call Éléonore'") + ";" + NOTES.format("NULL")


@pytest.mark.parametrize("first", ["erasure", "undo"])
@pytest.mark.parametrize(
    ("changed", "taken_back", "client"),
    [
        (DELETED_CLIENT, "SELECT undo_deleted()", 4),
        (DELETED_EVENT, "SELECT undo_deleted()", 1),
        (NOTED, SET_BACK, 1),
    ],
    ids=["client", "event", "notes"],
)
def test_nobody_is_brought_back_by_an_undo_at_the_same_moment(
    company: Company, owner: Connection, changed: str, taken_back: str, client: int, first: str
) -> None:
    sql = owner.cursor()
    for statement in changed.split(";"):
        sql.execute(statement)
    sql.execute("SELECT max(id) FROM audit_transactions")
    ((number,),) = sql.fetchall()
    erasure = REASON + f"; SELECT erase_client({client})"
    undo = f"SELECT begin_undo({number}); {taken_back}"
    one, two = (erasure, undo) if first == "erasure" else (undo, erasure)
    with acting(company.database, 1) as leading, acting(company.database, 2) as following:
        leading.execute(one)
        waiting = InBackground(following, two)
        assert waiting.wait_until_blocked(sql)
        leading.execute("COMMIT")
        refused = waiting.result()
        # What the erasure has blanked meanwhile is not as it was: this undo is no opposite.
        if changed == NOTED and first == "erasure":
            with pytest.raises(CheckViolation) as at_commit:
                following.execute("COMMIT")
            assert at_commit.value.diag.constraint_name == "tg_audit_transactions_opposite"
        else:
            following.execute("COMMIT")
    # There is no email to bring a client back with.
    assert refused == ("ck_clients_email" if (client, first) == (4, "erasure") else None)
    names = "Bob|Marsh|marsh|712345678" if client == 4 else "Éléonore|Lefèvre|lefevre"
    for table in ("clients", "events", "payments", "audit_entries"):
        sql.execute(f"SELECT FROM {table} t WHERE to_jsonb(t)::text ~ %s", (names,))
        assert sql.rowcount == 0, table


def test_a_payment_that_is_being_noted_is_waited_for(company: Company, owner: Connection) -> None:
    with acting(company.database, 3) as paying, acting(company.database, 1) as erasing:
        paying.execute(
            "INSERT INTO payments (contract_id, amount, reference) VALUES (2, 1, 'Mme Lefèvre')"
        )
        waiting = InBackground(erasing, REASON + "; SELECT erase_client(1)")
        assert waiting.wait_until_blocked(owner.cursor())
        paying.execute("COMMIT")
        assert waiting.result() is None
        erasing.execute("COMMIT")
    assert stored(owner, "payments", 3, "reference") == "Mme (erased)"


@pytest.mark.proof
def test_no_number_of_names_keeps_a_person_from_being_forgotten(
    company: Company, owner: Connection
) -> None:
    """In one pattern, a hundred names took more memory than PostgreSQL gives."""
    sql = owner.cursor()
    dice = random.Random(1)  # noqa: S311
    names = ["".join(dice.choices("aeiouyrstnlcdgz ", k=98)) for _number in range(250)]
    for name in names:
        sql.execute("UPDATE clients SET full_name = %s WHERE id = 1", (f"z{name}z",))
    sql.execute(
        "UPDATE events SET notes = %s WHERE id = 1", ("; ".join(f"z{name}z" for name in names),)
    )
    with acting(company.database, 1) as cursor:
        cursor.execute(REASON)
        cursor.execute("SELECT erase_client(1); COMMIT")
    assert stored(owner, "events", 1, "notes") == "; ".join(["(erased)"] * len(names))
    sql.execute("SELECT FROM audit_entries WHERE changes::text LIKE %s", (f"%{names[0]}%",))
    assert sql.rowcount == 0
