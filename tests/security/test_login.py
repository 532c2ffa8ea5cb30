"""Guessing a password: every guess is on record before it is judged, and ten are judged."""

import itertools
import secrets
from threading import Barrier, Thread

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.database import Database
from support.login import (
    RIGHT,
    SOPHIE,
    WRONG,
    ask_for_challenge,
    guess,
    login,
    result,
    set_password,
    stored,
)
from support.matrix import DENIED
from support.raw import InBackground, acting, refusal
from support.timing import fastest, holds_once

from crm.database.transaction import connect

NOBODY = "nobody@epicevents.example"


def test_right_password_opens_a_session(app: Connection, database: Database) -> None:
    secret, _attempt = login(app)
    with app.cursor() as cursor:
        cursor.execute("BEGIN; SELECT state, first_name, role FROM begin_session(%s)", (secret,))
        assert cursor.fetchone() == ("live", "Sophie", "SALES")


@pytest.mark.parametrize(
    ("email", "derived"),
    [(SOPHIE, WRONG), (NOBODY, RIGHT), (SOPHIE.upper(), RIGHT), (SOPHIE + " ", RIGHT), ("", RIGHT)],
)
def test_wrong_email_or_password_is_wrong(app: Connection, email: str, derived: bytes) -> None:
    assert result(app, guess(app, derived, email)) == "wrong"


def test_guess_is_not_judged_in_its_own_transaction(app: Connection) -> None:
    with app.cursor() as cursor:
        cursor.execute("BEGIN")
        number = guess(app, RIGHT)
        assert result(app, number) == "refused"
        cursor.execute("SAVEPOINT one")
        assert result(app, guess(app, RIGHT)) == "refused"
        cursor.execute("ROLLBACK")
    assert result(app, number) == "refused"


def test_guess_that_is_not_committed_is_not_judged_elsewhere(
    app: Connection, database: Database
) -> None:
    other = connect(database.app)
    number = guess(other, RIGHT)
    assert result(app, number) == "refused"
    other.commit()
    assert result(app, number) == "ok"


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_guess_is_not_judged_on_an_older_snapshot(
    app: Connection, database: Database, isolation: str
) -> None:
    number = guess(app, RIGHT)
    with app.cursor() as cursor:
        cursor.execute(f"BEGIN ISOLATION LEVEL {isolation}; SELECT 1")
        set_password(database, WRONG)  # reset by a manager meanwhile
        assert result(app, number) == "refused"
        cursor.execute("ROLLBACK")
    assert result(app, number) == "wrong"


def test_success_is_not_repeated(app: Connection) -> None:
    number = guess(app, RIGHT)
    assert [result(app, number), result(app, number)] == ["ok", "refused"]


def test_guess_that_was_held_back_is_refused(
    app: Connection, owner_sql: psycopg2.extensions.cursor
) -> None:
    number = guess(app, RIGHT)
    owner_sql.execute("UPDATE login_attempts SET attempted_at = attempted_at - interval '61 s'")
    assert result(app, number) == "refused"


def test_eleventh_failure_in_fifteen_minutes_is_throttled(app: Connection) -> None:
    outcomes = [result(app, guess(app, WRONG)) for _number in range(12)]
    assert outcomes == ["wrong"] * 10 + ["throttled"] * 2
    assert result(app, guess(app, RIGHT)) == "throttled"
    assert result(app, guess(app, RIGHT, "marie@epicevents.example")) == "wrong"


def test_unknown_email_is_throttled_like_a_known_one(app: Connection) -> None:
    outcomes = [result(app, guess(app, RIGHT, NOBODY)) for _number in range(11)]
    assert outcomes == ["wrong"] * 10 + ["throttled"]


@pytest.mark.parametrize(
    ("ago", "outcome"), [("29 s", "throttled"), ("31 s", "ok"), ("15 minutes", "ok")]
)
def test_one_guess_every_thirty_seconds_is_judged(
    app: Connection, owner_sql: psycopg2.extensions.cursor, ago: str, outcome: str
) -> None:
    for _number in range(20):
        guess(app, WRONG)
    owner_sql.execute(f"UPDATE login_attempts SET attempted_at = attempted_at - interval '{ago}'")
    assert result(app, guess(app, RIGHT)) == outcome


@pytest.mark.parametrize(("ago", "judged"), [("14 minutes", 1), ("15 minutes", 10)])
def test_failures_are_forgotten_after_fifteen_minutes(
    app: Connection, owner_sql: psycopg2.extensions.cursor, ago: str, judged: int
) -> None:
    for _number in range(10):
        guess(app, WRONG)
    owner_sql.execute(f"UPDATE login_attempts SET attempted_at = attempted_at - interval '{ago}'")
    assert [result(app, guess(app, WRONG)) for _number in range(11)].count("wrong") == judged


def test_success_does_not_count_as_a_failure(app: Connection) -> None:
    for _number in range(12):
        login(app)
    assert result(app, guess(app, WRONG)) == "wrong"


def test_of_two_hundred_guesses_at_once_ten_are_judged(database: Database, app: Connection) -> None:
    workers, each = 50, 4
    barrier, outcomes = Barrier(workers, timeout=60), list[str]()
    # Opened here, so that a server with too many connections fails the test and not a thread.
    connections = [connect(database.app) for _worker in range(workers)]

    def work(connection: Connection) -> None:
        connection.autocommit = True
        barrier.wait()
        for _round in range(each):
            number = guess(connection, WRONG)
            outcomes.append(result(connection, number))
        connection.close()

    threads = [Thread(target=work, args=(connection,)) for connection in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == workers * each
    assert set(outcomes) <= {"wrong", "throttled"}
    assert outcomes.count("wrong") <= 10


def test_guesses_prepared_and_judged_together_are_throttled(
    app: Connection, database: Database
) -> None:
    numbers = [guess(app, WRONG) for _number in range(20)]
    assert {result(app, number) for number in numbers} == {"throttled"}


def test_attempts_have_numbers_that_cannot_be_guessed(app: Connection) -> None:
    numbers = [guess(app, WRONG, NOBODY) for _number in range(5)]
    gaps = [abs(a - b) for a, b in itertools.pairwise(numbers)]
    assert min(gaps) > 2**30
    assert min(numbers) >= 0


@pytest.mark.parametrize("change", ["is_active = false", "must_change_password = true"])
def test_inactive_account_is_told_only_with_the_right_password(
    app: Connection, owner_sql: psycopg2.extensions.cursor, change: str
) -> None:
    owner_sql.execute(f"UPDATE users SET {change} WHERE id = 3")
    assert result(app, guess(app, WRONG)) == "wrong"
    expected = "inactive" if "is_active" in change else "ok"
    assert result(app, guess(app, RIGHT)) == expected


def test_suspended_account_is_inactive(app: Connection, database: Database) -> None:
    with acting(database, 1) as manager:
        manager.execute("SELECT suspend_access(3); COMMIT")
    assert result(app, guess(app, RIGHT)) == "inactive"


def test_login_that_crosses_a_password_reset_opens_nothing(
    app: Connection, database: Database
) -> None:
    observer = database.owner().cursor()
    secret = secrets.token_urlsafe(32)
    number = guess(app, RIGHT, secret=secret)
    with acting(database, 1) as manager, app.cursor() as cursor:
        manager.execute("SELECT reset_password(3, %s)", (stored(WRONG, "B" * 22),))
        # The old password still counts, until the manager's transaction is committed.
        late = InBackground(cursor, "SELECT login_result(%s)", (number,))
        assert not late.wait_until_blocked(observer)
        assert late.result() is None
        manager.execute("COMMIT")
        cursor.execute("BEGIN; SELECT state FROM begin_session(%s)", (secret,))
        assert cursor.fetchone() == ("ended",)


def test_challenge_of_an_unknown_email_is_stable_and_looks_like_a_known_one(
    app: Connection,
) -> None:
    with app.cursor() as cursor:
        challenges = []
        for email in (SOPHIE, NOBODY, NOBODY, "other@epicevents.example"):
            cursor.execute("SELECT * FROM login_challenge(%s)", (email,))
            challenges += [(*row[:3], bytes(row[3])) for row in cursor.fetchall()]
    known, unknown, again, other = challenges
    assert unknown == again
    assert known[:3] == unknown[:3] == (65536, 3, 4)
    assert len(known[3]) == len(unknown[3]) == 16
    assert unknown[3] != other[3]


def test_a_wrong_guess_takes_as_long_for_an_unknown_email(app: Connection) -> None:
    def try_email(email: str) -> None:
        with app.cursor() as cursor:
            cursor.execute("SELECT * FROM login_challenge(%s)", (email,))
        result(app, guess(app, WRONG, email))

    def compare() -> bool:
        known, unknown = fastest(lambda: try_email(SOPHIE), lambda: try_email(NOBODY), times=60)
        # What is left is less than the network's own, and Argon2id takes a hundred times as long.
        return abs(known - unknown) < max(0.25 * unknown, 0.0005)

    for _number in range(20):  # until both have to wait
        try_email(SOPHIE)
        try_email(NOBODY)
    assert holds_once(compare)


def test_guess_has_the_length_of_a_hash(app: Connection) -> None:
    challenge = ask_for_challenge(app)
    with app.cursor() as cursor:
        cursor.execute("BEGIN")
        statement = "SELECT login_attempt('a', %s, %s, %s)"
        for parts in (
            (b"short", RIGHT, RIGHT), (None, RIGHT, RIGHT), (challenge, b"short", RIGHT),
            (challenge, None, RIGHT), (challenge, RIGHT, b"short"), (challenge, RIGHT, None),
        ):  # fmt: skip
            assert refusal(cursor, statement, parts)[0] == "22023"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT hashed_password FROM users",
        "SELECT users FROM users",
        "SELECT * FROM users",
        "UPDATE users SET phone = NULL RETURNING hashed_password",
        "SELECT FROM sessions",
        "SELECT FROM session_uses",
        "SELECT FROM session_revocations",
        "SELECT FROM suspensions",
        "SELECT FROM login_attempts",
        "SELECT FROM security_policy",
        "SELECT FROM open_sessions",
        "SELECT live_session()",
        "SELECT is_suspended(3)",
        "SELECT audit_transaction()",
        "SELECT nextval('sessions_id_seq')",
    ],
)
@pytest.mark.parametrize("who", [None, 1])
def test_hashes_and_sessions_are_unreadable(
    database: Database, statement: str, who: int | None
) -> None:
    with acting(database, who) as cursor:
        assert refusal(cursor, statement)[0] == DENIED
