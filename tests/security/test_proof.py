"""A login proves that its password is known, and sends nothing that can be sent again."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.database import Database
from support.login import RIGHT, SOPHIE, ask_for_challenge, prepare, result, send_proof

from crm.database.transaction import connect
from crm.security.proofs import Exchange, is_answer, prove
from crm.security.tokens import hash_secret

MARIE = "marie@epicevents.example"
UNIQUE, REFUSED = "23505", "23514"


@pytest.fixture
def other(database: Database) -> Iterator[Connection]:
    """A second connection of the app's login, in autocommit mode."""
    with closing(connect(database.app)) as connection:
        connection.autocommit = True
        yield connection


def code_of(connection: Connection, proof: bytes, exchange: Exchange) -> str:
    """Send a proof; return the constraint that refused it, or how it was judged."""
    try:
        return result(connection, send_proof(connection, proof, exchange))
    except psycopg2.Error as error:
        return f"{error.pgcode} {error.diag.constraint_name}"


# What somebody can do who saw a login


def test_a_proof_that_was_observed_opens_nothing_again(app: Connection, other: Connection) -> None:
    exchange = prepare(app)
    proof = prove(RIGHT, exchange)
    assert code_of(app, proof, exchange) == "ok"
    assert code_of(other, proof, exchange) == f"{UNIQUE} uq_login_attempts_challenge"


def test_nor_with_another_challenge_session_or_email(app: Connection, other: Connection) -> None:
    exchange = prepare(app)
    proof = prove(RIGHT, exchange)
    for changed in (
        exchange._replace(challenge=ask_for_challenge(other)),
        exchange._replace(session_hash=hash_secret("of the observer")),
        exchange._replace(challenge=ask_for_challenge(other, MARIE), email=MARIE),
    ):
        assert code_of(other, proof, changed) == "wrong"


def test_nor_if_the_observer_is_faster(app: Connection, other: Connection) -> None:
    exchange = prepare(app)
    proof = prove(RIGHT, exchange)
    mine = exchange._replace(session_hash=hash_secret("of the observer"))
    assert code_of(other, proof, mine) == "wrong"
    assert code_of(app, proof, exchange).startswith(UNIQUE)


def test_the_derived_bytes_are_no_proof(app: Connection) -> None:
    """The database of before this took them."""
    assert code_of(app, RIGHT, prepare(app)) == "wrong"


def test_what_is_stored_is_no_proof(app: Connection, owner_sql: Cursor) -> None:
    exchange = prepare(app)
    owner_sql.execute("SELECT stored_key(hashed_password) FROM users WHERE email = %s", (SOPHIE,))
    ((key,),) = owner_sql.fetchall()
    assert code_of(app, bytes(key), exchange) == "wrong"
    exchange = prepare(app)
    assert code_of(app, prove(bytes(key), exchange), exchange) == "wrong"


def test_a_stolen_dump_with_an_observed_proof_logs_in(app: Connection, owner_sql: Cursor) -> None:
    """As with SCRAM; docs/security.md says it."""
    exchange = prepare(app)
    observed = prove(RIGHT, exchange)
    owner_sql.execute("SELECT stored_key(hashed_password) FROM users WHERE email = %s", (SOPHIE,))
    ((key,),) = owner_sql.fetchall()
    mask = exchange.compute_code("client", bytes(key))
    derived = bytes(a ^ b for a, b in zip(observed, mask, strict=True))
    again = prepare(app)
    assert code_of(app, prove(derived, again), again) == "ok"


def test_neither_a_proof_nor_what_the_password_gives_is_stored(
    app: Connection, owner_sql: Cursor
) -> None:
    exchange = prepare(app)
    proof = prove(RIGHT, exchange)
    assert code_of(app, proof, exchange) == "ok"
    owner_sql.execute(
        "SELECT (SELECT array_agg(a) FROM login_attempts a)::text, s::text FROM sessions s"
    )
    for text in owner_sql.fetchall()[0]:
        assert RIGHT.hex() not in text
        assert proof.hex() not in text


# Challenges


def test_a_challenge_is_for_two_minutes(app: Connection, owner_sql: Cursor) -> None:
    """Its time is its first eight bytes; the owner signs one of another time."""
    for ago, outcome in ((119, "ok"), (125, "late"), (-119, "ok"), (-125, "late")):
        owner_sql.execute(
            "SELECT sign_challenge(int8send(extract(epoch FROM clock_timestamp())::bigint - %s)"
            " || uuid_send(gen_random_uuid()))",
            (ago,),
        )
        ((challenge,),) = owner_sql.fetchall()
        exchange = prepare(app)._replace(challenge=bytes(challenge))
        expected = outcome.replace("late", f"{REFUSED} tg_login_attempts_challenge")
        assert code_of(app, prove(RIGHT, exchange), exchange) == expected, ago


def test_a_challenge_that_the_database_did_not_make_is_refused(app: Connection) -> None:
    """Whoever passes for the server cannot choose one, for now or for later."""
    exchange = prepare(app)
    for place in range(56):
        changed = bytearray(exchange.challenge)
        changed[place] ^= 1
        forged = exchange._replace(challenge=bytes(changed))
        assert (
            code_of(app, prove(RIGHT, forged), forged) == f"{REFUSED} tg_login_attempts_challenge"
        )
    assert code_of(app, prove(RIGHT, exchange), exchange) == "ok"


def test_a_challenge_of_another_company_is_refused(app: Connection, owner_sql: Cursor) -> None:
    exchange = prepare(app)
    owner_sql.execute("UPDATE security_policy SET challenge_secret = sha256('another')")
    assert code_of(app, prove(RIGHT, exchange), exchange).startswith(REFUSED)


def test_asking_for_challenges_writes_nothing(app: Connection, owner_sql: Cursor) -> None:
    with app.cursor() as cursor:
        cursor.execute("BEGIN READ ONLY")
        assert len({ask_for_challenge(app) for _time in range(500)}) == 500
        cursor.execute("SELECT pg_current_xact_id_if_assigned(); COMMIT")
    owner_sql.execute("SELECT count(*) FROM login_attempts")
    assert owner_sql.fetchall() == [(0,)]


def test_each_step_may_take_another_connection(database: Database, app: Connection) -> None:
    """As through PgBouncer in transaction mode."""

    def step() -> Connection:
        connection = connect(database.app)
        connection.autocommit = True
        return connection

    with closing(step()) as one, closing(step()) as two, closing(step()) as three:
        exchange = prepare(one)
        number = send_proof(two, prove(RIGHT, exchange), exchange)
        assert result(three, number) == "ok"


# The server's answer


def test_only_a_right_password_is_answered(app: Connection) -> None:
    for derived, expected in ((RIGHT, True), (b"w" * 32, False)):
        exchange = prepare(app)
        number = send_proof(app, prove(derived, exchange), exchange)
        with app.cursor() as cursor:
            cursor.execute("SELECT answer FROM login_result(%s)", (number,))
            ((answer,),) = cursor.fetchall()
        assert (answer is not None) == expected
        assert is_answer(bytes(answer or b""), derived, exchange) == expected


def test_an_answer_is_for_one_login(app: Connection) -> None:
    exchange = prepare(app)
    number = send_proof(app, prove(RIGHT, exchange), exchange)
    with app.cursor() as cursor:
        cursor.execute("SELECT answer FROM login_result(%s)", (number,))
        ((answer,),) = cursor.fetchall()
    for other in (
        exchange._replace(session_hash=hash_secret("another")),
        exchange._replace(email=MARIE),
        prepare(app),
    ):
        assert not is_answer(bytes(answer), RIGHT, other)
    assert not is_answer(exchange.compute_code("client", RIGHT), RIGHT, exchange)
