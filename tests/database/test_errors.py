"""What PostgreSQL refuses, in words of ours: by constraint, by SQLSTATE, by libpq's reason."""

from contextlib import closing

import pytest
from support.company import Company
from support.database import Database
from support.raw import attempt
from support.services import refused
from support.statements import REFUSED

from crm.database.errors import translate_error, translate_errors, unreachable_error
from crm.database.provisioning import make_roles
from crm.database.transaction import connect
from crm.domain.errors import CRMError, DatabaseUnavailable, RuleViolation
from crm.domain.rules import CONSTRAINTS

OTHERS = (
    (3, "ck_contracts_signed_at", "UPDATE contracts SET signed_at = NULL WHERE id = 2"),
    (
        16,
        "tg_login_attempts_challenge",
        "SELECT login_attempt('x@x.fr', sha224('') || sha224(''), sha256(''), sha256(''))",
    ),
)
READ_ONLY = "SET TRANSACTION READ ONLY; UPDATE users SET phone = NULL"


def test_a_constraint_is_told_by_its_rule(company: Company) -> None:
    with connect(company.database.admin) as connection, connection.cursor() as cursor:
        # Of keys within the audit nobody needs to be told.
        for _number, constraint, statement in (*REFUSED, *OTHERS):
            error = attempt(cursor, statement)
            if constraint in CONSTRAINTS and not isinstance(error, int):
                assert translate_error(error).code == CONSTRAINTS[constraint].code, constraint
        connection.rollback()


def test_an_undo_is_judged_at_its_commit(company: Company) -> None:
    with (
        refused(RuleViolation, "undo_not_opposite"),
        company.database.as_user(company.manager) as tx,
    ):
        tx.execute("UPDATE clients SET phone = '+33611111111' WHERE id = 1")
        tx.execute("SELECT begin_undo(min(transaction_id)) FROM audit_list")


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("SET LOCAL statement_timeout = '1ms'; SELECT pg_sleep(9)", "statement_timeout"),
        (READ_ONLY, "read_only_server"),
        ("UPDATE users SET first_name = repeat('x', 51) WHERE id = 1", "too_long"),
        ("SELECT 2147483648::integer", "amount_too_large"),
        ("SELECT 1 / 0", "rule_violation"),
        ("SELECT 1 FROM nowhere", "schema_missing"),
        ("SELECT nobody()", "schema_missing"),
        ("SELECT 'a' COLLATE nowhere", "unexpected"),
    ],
)
def test_any_other_refusal_is_told_by_its_state(
    company: Company, statement: str, code: str
) -> None:
    with connect(company.database.admin) as connection, connection.cursor() as cursor:
        with pytest.raises(CRMError) as told, translate_errors():
            cursor.execute(statement)
        connection.rollback()
    assert told.value.code == code
    assert "nowhere" not in told.value.message


def test_a_server_that_wants_the_password_as_it_is_gets_none() -> None:
    said = 'authentication method requirement "scram-sha-256" failed: server requested cleartext'
    assert unreachable_error(said).code == "unsafe_authentication"


def test_a_database_must_be_in_utf8(database: Database) -> None:
    name = f"{database.name}_latin1"
    with closing(connect({**database.admin, "dbname": "postgres"})) as postgres:
        postgres.autocommit = True
        cursor = postgres.cursor()
        cursor.execute(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        try:
            with (
                closing(connect({**database.admin, "dbname": name})) as connection,
                pytest.raises(DatabaseUnavailable) as told,
            ):
                make_roles(connection)
        finally:
            cursor.execute(f"DROP DATABASE {name}")
    assert told.value.code == "database_encoding"
