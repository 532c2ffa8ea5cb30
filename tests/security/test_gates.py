"""A gated view shows nothing to whoever is not logged in, not even through errors.

A condition that fails on what it meets tells what it met. PostgreSQL orders conditions as it likes,
so each kind of query is tried on each view, with different plans.
"""

from collections.abc import Iterator

import psycopg2
import pytest
from support.database import Database, copied
from support.login import RIGHT, guess
from support.raw import acting, attempt

from crm.database.transaction import connect

# Each view, and a column that it takes from another table where it has one.
VIEWS = {
    "user_list": "email", "client_list": "sales_contact", "contract_list": "client",
    "event_list": "client", "payment_list": "created_by", "audit_list": "employee",
    "denied_list": "employee", "failed_login_list": "email", "session_list": "employee",
}  # fmt: skip

# {fails} divides by zero on every row that it meets.
QUERIES = (
    "SELECT FROM {view} v WHERE {fails}",
    "SELECT FROM alembic_version o LEFT JOIN {view} v ON {fails}",
    "SELECT FROM alembic_version o LEFT JOIN {view} v ON {fails} AND v.id::text <> o.version_num",
    "SELECT FROM {view} v RIGHT JOIN alembic_version o ON {fails}",
    "SELECT FROM (VALUES (1)) o (id) FULL JOIN (SELECT * FROM {view} v WHERE {fails}) v USING (id)",
    "SELECT FROM alembic_version o LEFT JOIN (SELECT * FROM {view} v WHERE {fails}) v ON true",
    (
        "SELECT FROM (VALUES (1)) o (id)"
        " LEFT JOIN LATERAL (SELECT * FROM {view} v WHERE {fails} AND v.id >= o.id) v ON true"
    ),
    "SELECT FROM alembic_version o LEFT JOIN ({view} v JOIN {view} w USING (id)) ON {fails}",
    "SELECT FROM alembic_version o LEFT JOIN ({view} v LEFT JOIN {view} w USING (id)) ON {fails}",
    "SELECT FROM alembic_version o LEFT JOIN {view} w ON true LEFT JOIN {view} v ON {fails}",
    "SELECT FROM alembic_version o LEFT JOIN {view} v ON {fails} WHERE v.id IS NULL",
    (
        "SELECT FROM alembic_version o LEFT JOIN (alembic_version p LEFT JOIN {view} v ON {fails})"
        " ON true"
    ),
    "SELECT FROM alembic_version o LEFT JOIN ({view} v CROSS JOIN alembic_version p) ON {fails}",
    "SELECT FROM alembic_version o, LATERAL (SELECT FROM {view} v WHERE {fails}) v",
    (
        "SELECT FROM alembic_version o WHERE EXISTS (SELECT FROM {view} v WHERE {fails}"
        " AND v.id::text <> o.version_num)"
    ),
    (
        "SELECT FROM alembic_version o WHERE NOT EXISTS (SELECT FROM {view} v WHERE {fails}"
        " AND v.id::text <> o.version_num)"
    ),
    (
        "SELECT FROM alembic_version o WHERE version_num NOT IN"
        " (SELECT v.id::text FROM {view} v WHERE {fails})"
    ),
    "SELECT (SELECT count(*) FROM {view} v WHERE {fails})",
    "SELECT count(*) FILTER (WHERE {fails}) FROM {view} v",
    "SELECT FROM {view} v GROUP BY id HAVING bool_or({fails})",
    "SELECT max(v.id) OVER (ORDER BY ({fails})) FROM {view} v",
    "SELECT FROM {view} v ORDER BY ({fails}) LIMIT 1",
    "SELECT DISTINCT {fails} FROM {view} v",
    "SELECT {fails} FROM {view} v UNION SELECT true",
    (
        "SELECT FROM alembic_version LEFT JOIN"
        " (SELECT {fails} AS yes FROM {view} v UNION ALL SELECT true) u ON yes"
    ),
    (
        "WITH v AS NOT MATERIALIZED (SELECT * FROM {view}) SELECT FROM alembic_version"
        " LEFT JOIN v ON {fails}"
    ),
    "SELECT FROM clients o LEFT JOIN {view} v ON {fails}",
    "SELECT FROM {view} w LEFT JOIN {view} v ON {fails}",
)

PLANS = (
    "SET enable_hashjoin = on",
    "SET enable_nestloop = off",
    "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off",
    "SET join_collapse_limit = 1; SET from_collapse_limit = 1",
)


@pytest.fixture(scope="module")
def filled(company_template: dict[str, str]) -> Iterator[Database]:
    """The company, with rows in every view."""
    with copied(company_template) as database:
        connection = connect(database.app)
        connection.autocommit = True
        guess(connection, RIGHT)
        connection.close()
        with acting(database, 3) as cursor:
            cursor.execute("SELECT record_denial('client:delete', 'client', 3, 'why'); COMMIT")
        yield database


# Conditions that fail on every row. Of those of one row, PostgreSQL tries the cheapest first: the
# second costs less than any gate.
FAILING = ("1 / ({0} - {0}) = 0", "({0} / 0) IS NULL")


def queries(view: str, value: str, failing: str = FAILING[0]) -> list[str]:
    """Every kind of query on ``view``, with a condition on ``value`` that fails."""
    fails = failing.format(value)
    return [query.format(view=view, fails=fails) for query in QUERIES]


@pytest.mark.parametrize("failing", FAILING)
@pytest.mark.parametrize("view", VIEWS)
def test_nobody_meets_a_row(filled: Database, view: str, failing: str) -> None:
    values = ("v.id", f"length(v.{VIEWS[view]})")
    tried = [query for value in values for query in queries(view, value, failing)]
    with acting(filled, None) as cursor:
        for plan in PLANS:
            cursor.execute(f"SET jit = off; {plan}")  # see migrations/README.md
            errors = [query for query in tried if not isinstance(attempt(cursor, query), int)]
            cursor.execute("RESET ALL")
            assert errors == []


@pytest.mark.parametrize("view", VIEWS)
def test_whoever_is_logged_in_meets_rows_in_each_of_these_queries(
    filled: Database, view: str
) -> None:
    with acting(filled, 1) as cursor:
        for query in queries(view, "v.id"):
            assert isinstance(attempt(cursor, query), psycopg2.errors.DivisionByZero), query


def test_sessions_of_others_are_not_met_by_a_condition(database: Database) -> None:
    database.session_of(1)
    with acting(database, 3) as cursor:
        for query in (
            "SELECT mine FROM session_list WHERE 1 / (user_id - 1) <= 1",
            "SELECT mine FROM session_list WHERE (1 / (user_id - 1)) IS NOT NULL",
            "SELECT mine FROM alembic_version LEFT JOIN session_list ON 1 / (user_id - 1) <= 1",
        ):
            cursor.execute(query)
            assert cursor.fetchall() == [(True,)]
