"""The permission table through the services and as raw SQL: both agree on every cell."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import product

import pytest
from psycopg2 import Error
from support.database import Database, copied
from support.matrix import CELLS, DENIED, ME, SETUP, Cell, by_raw_sql
from support.raw import acting, attempt
from support.service_matrix import (
    ACTIONS,
    ALSO,
    ELSEWHERE,
    EVERY_STATE,
    NOTHING_TO_DO,
    OF_OTHER,
    OF_OWN,
    REASON,
    STATES,
    STATES_SETUP,
    by_services,
)

from crm.database.transaction import connect, transaction
from crm.domain.enums import Role
from crm.domain.errors import PermissionDenied, RuleViolation
from crm.domain.permissions import GRANTS, Actor, Permission, authorize

# The table's cells, once for each permission, person and record.
BOTH = {
    str(cell): cell for cell in CELLS if cell.permission in ACTIONS and cell.sql is not None
}.values()

DONE, REFUSED, NOT_ALLOWED = "done", "refused by a rule", "not allowed"


@pytest.fixture(scope="module")
def matrix(company_template: dict[str, str]) -> Iterator[Database]:
    """The company with a record for every cell and state; what is tried is rolled back."""
    with copied(company_template, SETUP, STATES_SETUP) as database:
        database.session_of(7)
        yield database


def services_allow(
    database: Database, secret: str, cell: Cell, act: Callable[..., object] | None = None
) -> bool:
    """Try a cell through its service, as one command would, and keep nothing."""
    connection = connect(database.app)
    try:
        with transaction(connection, secret, dry_run=True) as tx:
            return by_services(tx, cell.permission, cell.records, act)
    finally:
        connection.close()


@pytest.mark.parametrize("cell", BOTH, ids=str)
def test_services_and_database_agree(
    matrix: Database, secrets: Mapping[Role, str], cell: Cell
) -> None:
    with acting(matrix, cell.me) as cursor:
        in_the_database = by_raw_sql(cursor, cell)
    in_the_program = services_allow(matrix, secrets[cell.role], cell)
    assert (in_the_program, in_the_database) == (cell.allowed, cell.allowed)


@pytest.mark.parametrize(
    ("cell", "act"),
    [
        pytest.param(cell, act, id=f"{number}-{cell}")
        for number, (permission, act) in enumerate(ALSO)
        for cell in {str(cell): cell for cell in CELLS if cell.permission == permission}.values()
    ],
)
def test_other_ways_to_do_it_are_allowed_alike(
    matrix: Database, secrets: Mapping[Role, str], cell: Cell, act: Callable[..., object]
) -> None:
    assert services_allow(matrix, secrets[cell.role], cell, act) == cell.allowed


def test_every_permission_is_tried_or_decided_elsewhere() -> None:
    assert ACTIONS.keys() | ELSEWHERE.keys() == set(Permission)
    assert not ACTIONS.keys() & ELSEWHERE.keys()
    assert {cell.permission for cell in BOTH} == ACTIONS.keys()


def service_outcome(
    database: Database, secret: str, permission: Permission, contract_id: int
) -> str:
    """Do it to a contract through the service; what came of it."""
    connection = connect(database.app)
    try:
        with transaction(connection, secret, dry_run=True) as tx:
            STATES[permission][2](tx, contract_id)
    except PermissionDenied:
        return NOT_ALLOWED
    except RuleViolation:
        return REFUSED
    finally:
        connection.close()
    return DONE


def raw_outcome(database: Database, who: int, permission: Permission, contract_id: int) -> str:
    """Do it to a contract in SQL; what came of it."""
    with acting(database, who) as cursor:
        cursor.execute(
            "SELECT client_id, CASE client_id WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE 5 END"
            " FROM contracts WHERE id = %s",
            (contract_id,),
        )
        ((its_client, client),) = cursor.fetchall()
        if permission != Permission.CONTRACT_UPDATE:
            cursor.execute("SELECT set_config('epicevents.reason', %s, true)", (REASON,))
        outcome = attempt(
            cursor,
            STATES[permission][1].format(id=contract_id, client=client, its_client=its_client),
        )
    if isinstance(outcome, Error):
        return NOT_ALLOWED if outcome.pgcode == DENIED else REFUSED
    return DONE if outcome else NOT_ALLOWED


@pytest.mark.parametrize("own", [True, False], ids=["own", "other"])
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("permission", "state"),
    sorted(set(product(STATES, EVERY_STATE)) - NOTHING_TO_DO),
)
def test_services_and_database_agree_in_every_state_of_a_contract(
    matrix: Database,
    secrets: Mapping[Role, str],
    permission: Permission,
    role: Role,
    own: bool,
    state: str,
) -> None:
    contract_id = (OF_OWN if own else OF_OTHER)[state]
    scope = GRANTS[role].get(permission)
    expected = NOT_ALLOWED
    if scope == "any" or (scope == "own" and own):
        expected = DONE if state in STATES[permission][0] else REFUSED
    assert service_outcome(matrix, secrets[role], permission, contract_id) == expected
    assert raw_outcome(matrix, ME[role], permission, contract_id) == expected


@pytest.mark.parametrize("role", Role)
def test_what_the_table_does_not_list_is_denied(role: Role) -> None:
    never = datetime.fromisoformat("2030-01-01")
    actor = Actor(ME[role], "n@n.fr", "N", "N", role, False, never)
    for permission in set(Permission) - GRANTS[role].keys():
        with pytest.raises(PermissionDenied):
            authorize(actor, permission, owner_id=actor.id)


def test_the_database_holds_no_other_functions_of_employees(matrix: Database) -> None:
    """Whatever the login may run is tried by a cell, by the login's tests, or reads one's own."""
    with acting(matrix, None) as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND has_function_privilege(oid, 'EXECUTE')"
        )
        may_run = {name for (name,) in cursor.fetchall()}
    tried = {
        name for cell in CELLS if cell.sql for name in re.findall(r"(\w+)\(", cell.sql)
    } & may_run
    assert may_run - tried == {
        # Pure, or about whoever asks.
        "columns_of", "text_columns", "is_plain_text", "is_email", "is_phone", "has_reason", "fold",
        "words", "prefix_query", "whole_query", "search_query", "search_terms", "search_id",
        "is_receipt",
        "search_reference", "phone_query", "phone_terms", "fold_together",
        "known_email", "unknown_email",
        "utc_now", "employee_id", "employee_role", "session_id", "is_own_client", "deny",
        "installation_id", "oldest_program",
        # Of logging in and out: test_login, test_identity, test_passwords.
        "begin_session", "login_challenge", "login_attempt", "login_result", "change_password",
        "end_session", "end_other_sessions", "revoke_session", "record_denial",
        # What an erasure shows first: test_privacy.
        "client_mentions",
        # What doctor compares: test_undo.
        "undos_amiss",
        # Of which day it is.
        "company_today", "company_zone",
    }  # fmt: skip
