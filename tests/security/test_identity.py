"""Whom a transaction acts for: the session's secret decides, and what the database says now."""

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.database import Database
from support.login import (
    RIGHT,
    WRONG,
    guess,
    login,
    login_to_change,
    prepare,
    result,
    send_proof,
    stored,
)
from support.matrix import DENIED
from support.raw import acting, acting_with, refusal

from crm.database.revision import BASELINE
from crm.database.transaction import connect
from crm.security.proofs import prove, prove_change

SOPHIE = 3
WHO = "SELECT employee_id(), employee_role()"


def state(database: Database, secret: str | None) -> str:
    """What begin_session says of a secret."""
    with acting(database, None) as cursor:
        cursor.execute("SELECT state FROM begin_session(%s)", (secret,))
        ((answer,),) = cursor.fetchall()
    return str(answer)


def test_session_tells_who_it_is_and_the_schema(database: Database) -> None:
    with acting(database, None) as cursor:
        cursor.execute("SELECT * FROM begin_session(%s)", (database.session_of(SOPHIE),))
        ((*answer, expires_at, revision, oldest),) = cursor.fetchall()
        cursor.execute("SELECT version_num, %s > utc_now() FROM alembic_version", (expires_at,))
        assert cursor.fetchone() == (revision, True)
        assert BASELINE <= oldest <= revision
    assert answer == [
        "live", SOPHIE, "sophie@epicevents.example", "Sophie", "Simon", "SALES", False,
    ]  # fmt: skip


@pytest.mark.parametrize("secret", [None, "", "guessed", "x" * 100_000])
def test_wrong_secret_is_nobody(database: Database, secret: str | None) -> None:
    database.session_of(SOPHIE)
    assert state(database, secret) == "ended"


def test_identity_ends_with_the_transaction(database: Database) -> None:
    with acting(database, SOPHIE) as cursor:
        cursor.execute(WHO)
        assert cursor.fetchone() == (SOPHIE, "SALES")
        cursor.execute("COMMIT")
        cursor.execute(WHO)
        assert cursor.fetchone() == (None, None)


def test_setting_an_id_is_not_an_identity(database: Database) -> None:
    with acting(database, None) as cursor:
        for name in ("session", "employee_id", "user_id", "role", "employee"):
            cursor.execute(f"SET epicevents.{name} = '1'")
        cursor.execute(WHO)
        assert cursor.fetchone() == (None, None)


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_older_snapshots_have_no_identity(database: Database, isolation: str) -> None:
    secret = database.session_of(SOPHIE)
    with acting(database, None) as cursor:
        cursor.execute(f"ROLLBACK; BEGIN ISOLATION LEVEL {isolation}")
        cursor.execute("SELECT state FROM begin_session(%s)", (secret,))
        assert cursor.fetchone() == ("ended",)
        cursor.execute("SELECT employee_id(), (SELECT count(*) FROM client_list)")
        assert cursor.fetchone() == (None, 0)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE sessions SET expires_at = utc_now() + interval '1 s'", "live"),
        ("UPDATE sessions SET expires_at = utc_now()", "ended"),
        ("UPDATE session_uses SET last_used_at = utc_now() - interval '119 minutes'", "live"),
        ("UPDATE session_uses SET last_used_at = utc_now() - interval '2 hours'", "ended"),
        ("UPDATE users SET is_active = false WHERE id = 3", "inactive"),
        ("UPDATE users SET must_change_password = true WHERE id = 3", "live"),
        ("UPDATE users SET phone = '+33612345678' WHERE id = 3", "live"),
        ("UPDATE users SET email = 'new@epicevents.example' WHERE id = 3", "live"),
    ],
)
def test_session_lives_as_long_as_the_database_says(
    database: Database, owner_sql: psycopg2.extensions.cursor, change: str, expected: str
) -> None:
    secret = database.session_of(SOPHIE)
    owner_sql.execute(change)
    assert state(database, secret) == expected


def test_role_is_the_one_of_now(database: Database, owner_sql: psycopg2.extensions.cursor) -> None:
    with acting(database, 2) as cursor:
        owner_sql.execute("UPDATE users SET role = 'SUPPORT' WHERE id = 2")
        cursor.execute(WHO)
        assert cursor.fetchone() == (2, "SUPPORT")


def test_use_is_noted_once_a_minute_and_keeps_the_session_alive(
    database: Database, owner_sql: psycopg2.extensions.cursor
) -> None:
    secret = database.session_of(SOPHIE)
    noted = "SELECT last_used_at > utc_now() - interval '50 s' FROM session_uses"
    for ago, expected in (("55 s", False), ("65 s", True)):
        owner_sql.execute(f"UPDATE session_uses SET last_used_at = utc_now() - interval '{ago}'")
        with acting_with(database, secret) as cursor:
            cursor.execute("COMMIT")
        owner_sql.execute(noted)
        assert owner_sql.fetchone() == (expected,)


def test_use_is_not_noted_in_a_transaction_that_reads_only(
    database: Database, owner_sql: psycopg2.extensions.cursor
) -> None:
    secret = database.session_of(SOPHIE)
    owner_sql.execute("UPDATE session_uses SET last_used_at = utc_now() - interval '1 hour'")
    with acting(database, None) as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute("SELECT state FROM begin_session(%s)", (secret,))
        assert cursor.fetchone() == ("live",)


def test_logout_ends_one_session(database: Database) -> None:
    mine, other = database.session_of(SOPHIE), database.session_of(SOPHIE)
    with acting_with(database, mine) as cursor:
        cursor.execute("SELECT end_session(); COMMIT")
    assert [state(database, mine), state(database, other)] == ["ended", "live"]


def test_revoking_ends_all_sessions_and_none_that_follow(database: Database) -> None:
    secrets = [database.session_of(SOPHIE) for _session in range(3)]
    manager = database.session_of(1)
    with acting_with(database, manager) as cursor:
        cursor.execute("SELECT revoke_sessions(3)")
        assert cursor.fetchone() == (3,)
        cursor.execute("COMMIT")
    assert {state(database, secret) for secret in secrets} == {"ended"}
    assert state(database, database.session_of(SOPHIE)) == state(database, manager) == "live"


def test_revoking_ends_a_session_whose_login_is_not_committed_yet(
    database: Database, app: Connection
) -> None:
    number = guess(app, RIGHT, secret="mine")
    other = connect(database.app)
    assert result(other, number) == "ok"
    with acting(database, 1) as manager:
        manager.execute("SELECT revoke_sessions(3); COMMIT")
    other.commit()
    assert state(database, "mine") == "ended"


def test_account_whose_password_somebody_else_set_may_only_change_it(
    database: Database, app: Connection
) -> None:
    with acting(database, 1) as manager:
        manager.execute("SELECT reset_password(3, %s); COMMIT", (stored(WRONG, "B" * 22),))
    secret, attempt, prove = login_to_change(app, WRONG)
    change = "SELECT change_password(%s, %s, false, %s)"
    with acting_with(database, secret) as cursor:
        cursor.execute(WHO)
        assert cursor.fetchone() == (None, None)
        assert refusal(cursor, "SELECT revoke_sessions(3)")[0] == DENIED
        cursor.execute(change, (attempt, stored(RIGHT), prove(stored(RIGHT))))
        cursor.execute(WHO)
        assert cursor.fetchone() == (SOPHIE, "SALES")


def test_storing_the_same_password_anew_does_not_lift_the_duty_to_change_it(
    database: Database, app: Connection, owner_sql: psycopg2.extensions.cursor
) -> None:
    owner_sql.execute("UPDATE users SET must_change_password = true WHERE id = 3")
    secret, attempt, prove = login_to_change(app)
    new = stored(RIGHT, "B" * 22)
    with acting_with(database, secret) as cursor:
        cursor.execute("SELECT change_password(%s, %s, true, %s)", (attempt, new, prove(new)))
        cursor.execute("SELECT employee_id(), state FROM begin_session(%s)", (secret,))
        assert cursor.fetchone() == (None, "live")


@pytest.mark.parametrize(("same", "others"), [(False, "ended"), (True, "live")])
def test_new_password_ends_the_other_sessions(
    database: Database, app: Connection, same: bool, others: str
) -> None:
    other, _attempt = login(app)
    secret, attempt, prove = login_to_change(app)
    new = stored(RIGHT, "B" * 22)
    with acting_with(database, secret) as cursor:
        cursor.execute(
            "SELECT change_password(%s, %s, %s, %s); COMMIT", (attempt, new, same, prove(new))
        )
    assert [state(database, secret), state(database, other)] == ["live", others]
    assert result(app, guess(app, RIGHT)) == "ok"


def test_password_is_changed_only_by_who_has_just_shown_it(
    database: Database, app: Connection, owner_sql: psycopg2.extensions.cursor
) -> None:
    change = "SELECT change_password(%s, %s, false, %s)"
    secret, attempt, prove = login_to_change(app)
    thief, _theirs = login(app)
    wanted = attempt, stored(WRONG), prove(stored(WRONG))
    with acting_with(database, thief) as cursor:
        assert refusal(cursor, change, wanted)[0] == DENIED
    owner_sql.execute("UPDATE sessions SET created_at = created_at - interval '6 minutes'")
    with acting_with(database, secret) as cursor:
        assert refusal(cursor, change, wanted)[0] == DENIED
    owner_sql.execute("UPDATE sessions SET created_at = created_at + interval '6 minutes'")
    with acting_with(database, secret) as cursor:
        cursor.execute(change, wanted)


def test_whoever_overhears_a_session_changes_no_password(
    database: Database, app: Connection, owner_sql: psycopg2.extensions.cursor
) -> None:
    """Of a relay, say, who knows the secret, the attempt and every proof that was sent."""
    exchange = prepare(app, secret="overheard")
    proof = prove(RIGHT, exchange)
    attempt = send_proof(app, proof, exchange)
    assert result(app, attempt) == "ok"
    overheard = prove_change(RIGHT, exchange, stored(RIGHT, "B" * 22))
    with acting_with(database, "overheard") as cursor:
        for each in (proof, overheard, prove_change(WRONG, exchange, stored(WRONG)), b"", None):
            for same in (True, False):
                change = "SELECT change_password(%s, %s, %s, %s)"
                assert refusal(cursor, change, (attempt, stored(WRONG), same, each))[0] == DENIED
    owner_sql.execute("UPDATE login_attempts SET challenge = NULL")  # from before there were any
    with acting_with(database, "overheard") as cursor:
        change = "SELECT change_password(%s, %s, false, %s)"
        assert refusal(cursor, change, (attempt, stored(RIGHT, "B" * 22), overheard))[0] == DENIED


@pytest.mark.parametrize(
    "hashed",
    ["", "secret", "$argon2id$v=19$m=65536,t=3,p=4$AAAA$AAAA", stored(RIGHT) + "\n", None],
)
def test_stored_password_has_the_layout_of_argon2id(database: Database, hashed: str | None) -> None:
    with acting(database, 1) as cursor:
        state_, constraint = refusal(cursor, "SELECT reset_password(3, %s)", (hashed,))
    assert (state_, constraint) in {("23514", "ck_users_hashed_password"), ("23502", "")}


def test_policy_of_sessions_stays_within_reason(owner_sql: psycopg2.extensions.cursor) -> None:
    for column, constraint, wrong in (
        ("session_lifetime", "ck_security_policy_lifetime", ("59 s", "31 days")),
        ("session_idle_limit", "ck_security_policy_idle_limit", ("119 s", "31 days")),
    ):
        for value in wrong:
            owner_sql.execute("BEGIN")
            change = f"UPDATE security_policy SET {column} = '{value}'"
            assert refusal(owner_sql, change) == ("23514", constraint)
            owner_sql.execute("ROLLBACK")


def test_denial_is_recorded_for_whoever_is_logged_in(
    database: Database, owner_sql: psycopg2.extensions.cursor
) -> None:
    for who in (None, SOPHIE):
        with acting(database, who) as cursor:
            cursor.execute("SELECT record_denial(%s, 'client', 1, %s); COMMIT", ("x" * 99, "why"))
    owner_sql.execute("SELECT employee_id, permission, record_id, message FROM denied_attempts")
    assert owner_sql.fetchall() == [(SOPHIE, "x" * 50, 1, "why")]
