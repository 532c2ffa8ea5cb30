"""A false server that has the real salt of an account learns nothing that opens the true one."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import PASSWORD, Workstation
from support.company import Company
from support.database import Database
from support.false_server import FalseServer, Row, listening
from support.login import SOPHIE, result

from crm.database.revision import SCHEMA_REVISION
from crm.database.transaction import connect
from crm.security.tokens import hash_secret

TEXT, INTEGER, BOOLEAN, BYTES, TIMESTAMP = 25, 23, 16, 17, 1114  # PostgreSQL's numbers of the types


@pytest.fixture
def other(database: Database) -> Iterator[Connection]:
    """Somebody else's connection to the true server, as the app's login in autocommit mode."""
    with closing(connect(database.app)) as connection:
        connection.autocommit = True
        yield connection


@pytest.fixture
def office(database: Database, company: Company, tmp_path: Path) -> Workstation:
    """A workstation at which Sophie knows her password."""
    office = Workstation(database, tmp_path)
    office.give_password(company.sales)
    return office


def read_challenge(database: Database) -> Row:
    """Ask the true server for a challenge, as a row that a false one passes on."""
    with closing(connect(database.app)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM login_challenge(%s)", (SOPHIE,))
        (row,) = cursor.fetchall()
        return [
            (column.name, column.type_code, _written(value))
            for column, value in zip(cursor.description or (), row, strict=True)
        ]


def _written(value: object) -> str:
    return f"\\x{value.hex()}" if isinstance(value, memoryview | bytes) else str(value)


def impersonate(database: Database) -> dict[str, Row]:
    """Return what a false server answers: the true challenge, and that the login is fine."""
    return {
        "to_regclass": [("to_regclass", TEXT, "alembic_version")],
        "version_num": [("version_num", TEXT, SCHEMA_REVISION)],
        r"FROM login_challenge\(": read_challenge(database),
        r"login_attempt\(": [("login_attempt", INTEGER, "7")],
        r"FROM login_result\(": [
            ("outcome", TEXT, "ok"),
            ("retry_after", INTEGER, "0"),
            ("user_id", INTEGER, "3"),
            ("expires_at", TIMESTAMP, "2099-01-01 00:00:00"),
            ("answer", BYTES, f"\\x{'00' * 32}"),
        ],
    }


def log_in_at(false: FalseServer, office: Workstation) -> str:
    """Log in at a false server, which is noticed; return the statement that it was sent."""
    false.said.clear()
    office.environ["EPICEVENTS_DATABASE_URL"] = false.url()
    refused = office.run("login", SOPHIE, "--password-stdin", "--json", stdin=f"{PASSWORD}\n")
    assert (refused.status, refused.error()["code"]) == (4, "false_server")
    assert not office.token_file.exists()
    assert not any("begin_session" in statement for statement in false.said)
    (sent,) = [statement for statement in false.said if "login_attempt" in statement]
    return sent


def judge(connection: Connection, statement: str) -> str:
    """Tell the true server what a false one was told."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        ((number,),) = cursor.fetchall()
    return result(connection, number)


def test_a_false_server_with_the_real_salt_learns_nothing_that_opens_the_true_one(
    office: Workstation, other: Connection
) -> None:
    mine = f"'\\x{hash_secret('of the false server').hex()}'::bytea)"
    with listening(impersonate(office.database)) as false:
        sent = log_in_at(false, office)
    assert judge(other, re.sub(r"'[^']*'::bytea\)$", lambda _found: mine, sent)) == "wrong"
    with listening(impersonate(office.database)) as false:
        sent = log_in_at(false, office)
    # In time it opens a session, whose secret only the workstation knows and has not told.
    assert judge(other, sent) == "ok"
    with pytest.raises(psycopg2.errors.UniqueViolation):
        judge(other, sent)


def test_a_false_server_cannot_choose_the_challenge(office: Workstation, other: Connection) -> None:
    answers = impersonate(office.database)
    words = r"FROM login_challenge\("
    answers[words] = [
        (name, kind, "\\x" + "00" * 56 if name == "challenge" else value)
        for name, kind, value in answers[words]
    ]
    with listening(answers) as false:
        sent = log_in_at(false, office)
    with pytest.raises(psycopg2.errors.CheckViolation):
        judge(other, sent)


def test_a_false_server_that_knows_the_company_is_told_no_new_password(
    office: Workstation, company: Company
) -> None:
    """It takes the session that is shown to it; verified TLS is what keeps it out."""
    answers: dict[str, Row] = {
        r"public\.installation_id": [
            ("installation_id", TEXT, office.database.installation()),
            ("version_num", TEXT, SCHEMA_REVISION),
            ("oldest_program", TEXT, SCHEMA_REVISION),
        ],
        r"begin_session\(": [
            ("state", TEXT, "live"),
            ("user_id", INTEGER, "3"),
            ("email", TEXT, SOPHIE),
            ("first_name", TEXT, "Sophie"),
            ("last_name", TEXT, "Simon"),
            ("role", TEXT, "SALES"),
            ("must_change_password", BOOLEAN, "f"),
            ("expires_at", TIMESTAMP, "2099-01-01 00:00:00"),
            ("schema_revision", TEXT, SCHEMA_REVISION),
            ("oldest_program", TEXT, SCHEMA_REVISION),
        ],
        **impersonate(office.database),
    }
    both = f"{PASSWORD}\nfour words nobody guesses\n"
    with listening(answers) as false:
        office.be(company.sales).move(false.url())
        refused = office.run("password", "--password-stdin", "--json", stdin=both)
    assert (refused.status, refused.error()["code"]) == (4, "false_server")
    assert any("login_attempt" in statement for statement in false.said)
    assert not any("argon2id" in statement for statement in false.said)
