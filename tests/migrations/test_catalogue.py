"""What `alembic check` does not see: constraints, triggers, policies, views, functions, grants."""

import re
from typing import Any

import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from sqlalchemy.engine import make_url
from sqlalchemy.types import TypeEngine

from crm import models
from crm.domain.rules import CONSTRAINTS

DIALECT = make_url("postgresql+psycopg2://").get_dialect()()

# No statement of an employee can meet these: keys that another key implies, and what only the
# functions of identity and audit write.
INTERNAL = {
    "uq_users_id_role", "uq_contracts_id_client_id_signed_status",
    "uq_payments_id_contract_id_amount_kind", "ck_security_policy_one_row",
    "ck_sessions_secret_hash", "uq_sessions_secret_hash", "uq_sessions_attempt_id",
    "fk_session_uses_session_id_sessions", "fk_audit_entries_transaction_id",
    "uq_audit_transactions_xid_at", "fk_audit_transactions_undoes", "ck_audit_transactions_undoes",
    "ck_audit_entries_action", "alembic_version_pkc",
}  # fmt: skip

# Alembic's own, which everybody may read.
WITHOUT_ROW_SECURITY = {"alembic_version"}

# The functions' own, granted to nobody.
WITHOUT_GATE = {"open_sessions"}
GATES = (
    r"\( SELECT employee_id\(\) AS employee_id\) IS NOT NULL",
    r"\( SELECT employee_role\(\) AS employee_role\) = 'MANAGEMENT'::text",
)

READ_AS = {
    "user_list": models.User, "client_list": models.Client, "contract_list": models.Contract,
    "event_list": models.Event, "payment_list": models.Payment,
}  # fmt: skip


def column(sql: Cursor, query: str) -> list[Any]:
    """Return the first column of a query."""
    sql.execute(query)
    return [value for (value, *_others) in sql.fetchall()]


def test_every_constraint_has_its_sentence_and_every_sentence_its_constraint(sql: Cursor) -> None:
    declared = set(
        column(
            sql,
            "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            " AND contype IN ('c', 'u', 'f', 'x', 'p')",
        )
    )
    keys = {name for name in declared if name.startswith("pk_")}
    assert declared >= INTERNAL
    assert declared - keys - INTERNAL == {
        name for name in CONSTRAINTS if name and not name.startswith("tg_")
    }


def test_every_trigger_that_refuses_has_its_sentence(sql: Cursor) -> None:
    sources = column(
        sql,
        "SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND prosrc LIKE '%CONSTRAINT = %'",
    )
    raised = {name for source in sources for name in re.findall(r"CONSTRAINT = '(\w+)'", source)}
    (pattern,) = {name for source in sources for name in re.findall(r"format\('(tg_\S+)'", source)}
    tables = column(
        sql,
        "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger"
        " WHERE tgfoid = 'contact_is_active'::regproc",
    )
    raised |= {pattern % table for table in tables}
    assert len(raised) == 30
    assert raised == {name for name in CONSTRAINTS if name and name.startswith("tg_")}


def test_every_sentence_says_something() -> None:
    for name, rule in CONSTRAINTS.items():
        error = rule.error()
        assert error.message.endswith("."), name
        assert re.fullmatch(r"[a-z_]+", error.code), name


def test_every_view_has_its_gate(sql: Cursor) -> None:
    sql.execute(
        "SELECT viewname, definition, has_table_privilege('epicevents_app', viewname::regclass,"
        " 'SELECT') FROM pg_views WHERE schemaname = 'public'"
    )
    views = {name: (definition, granted) for name, definition, granted in sql.fetchall()}
    assert {name for name, (_definition, granted) in views.items() if not granted} == WITHOUT_GATE
    for name in views.keys() - WITHOUT_GATE:
        definition, _granted = views[name]
        assert any(re.search(gate, definition) for gate in GATES), name


def test_definers_functions_have_a_fixed_search_path(sql: Cursor) -> None:
    paths = column(
        sql,
        "SELECT array_to_string(proconfig, ';') FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND prosecdef",
    )
    assert len(paths) > 20
    assert not [p for p in paths if "search_path=pg_catalog, public, pg_temp" not in (p or "")]


def test_functions_without_nested_loops_are_not_compiled(sql: Cursor) -> None:
    # Before PostgreSQL 18 each row that they see would wait for it half a second.
    sql.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND 'enable_nestloop=off' = ANY (proconfig) AND NOT 'jit=off' = ANY (proconfig)"
    )
    assert sql.fetchall() == []


def test_everything_belongs_to_the_owner(sql: Cursor) -> None:
    assert not column(
        sql,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relowner <> 'epicevents_owner'::regrole"
        " UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND proowner <> 'epicevents_owner'::regrole",
    )


def test_nothing_is_granted_to_public(sql: Cursor) -> None:
    assert not column(
        sql,
        """
        SELECT name FROM (
            SELECT relname, relacl FROM pg_class WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT attname, attacl FROM pg_attribute
            JOIN pg_class c ON c.oid = attrelid AND relnamespace = 'public'::regnamespace
            UNION ALL SELECT proname, coalesce(proacl, acldefault('f', proowner)) FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT nspname, nspacl FROM pg_namespace WHERE nspname = 'public'
            UNION ALL SELECT datname, coalesce(datacl, acldefault('d', datdba)) FROM pg_database
            WHERE datname = current_database()
            UNION ALL SELECT 'default', defaclacl FROM pg_default_acl
        ) granted (name, acl), aclexplode(acl) WHERE grantee = 0
        """,
    )


def test_new_functions_are_not_everybodys(sql: Cursor) -> None:
    sql.execute(
        "BEGIN; SET LOCAL ROLE epicevents_owner;"
        "CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';"
        "SELECT has_function_privilege('epicevents_app', 'public.f()', 'EXECUTE')"
    )
    assert sql.fetchone() == (False,)
    sql.execute("ROLLBACK")


def test_row_security_is_on_for_every_table(sql: Cursor) -> None:
    assert (
        set(
            column(
                sql,
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " AND relkind IN ('r', 'p') AND NOT relrowsecurity",
            )
        )
        == WITHOUT_ROW_SECURITY
    )


def test_every_granted_verb_has_a_policy(sql: Cursor) -> None:
    assert not column(
        sql,
        """
        SELECT relname || ' ' || verb
        FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) verb
        WHERE relnamespace = 'public'::regnamespace AND relrowsecurity
          AND CASE verb WHEN 'DELETE' THEN has_table_privilege('epicevents_app', oid, verb)
              ELSE has_any_column_privilege('epicevents_app', oid, verb) END
          AND NOT EXISTS (SELECT FROM pg_policies WHERE tablename = relname AND cmd = verb)
        """,
    )


@pytest.mark.parametrize("view", READ_AS)
def test_view_and_model_agree_on_types(sql: Cursor, view: str) -> None:
    table = models.Base.metadata.tables[READ_AS[view].__tablename__]
    sql.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0",
        (view,),
    )
    types = {name: kind for name, kind in sql.fetchall() if name in table.columns}
    # The reason of a contract that is cancelled is its note, which no lost one has.
    for name in ("closed_reason", "closed_note"):
        types.pop(name, None)
    assert len(types) >= 9
    for name, kind in types.items():
        assert kind == _declared(table.columns[name].type), name


def _declared(kind: TypeEngine[Any]) -> str:
    """What PostgreSQL calls a column's type."""
    text = re.sub(' COLLATE ".*"', "", kind.compile(dialect=DIALECT)).lower()
    return text.replace("varchar", "character varying").replace(", ", ",")
