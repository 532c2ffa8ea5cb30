"""All that the app's role was given, and nothing else: verbs, columns, functions."""

import re
from collections.abc import Iterator

import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.mutations import grants

from crm.database.transaction import connect

PERSON = {"email", "first_name", "last_name", "phone", "role"}
CLIENT = {
    "address", "company_name", "email", "full_name", "phone", "sales_contact_id", "siret",
    "vat_number",
}  # fmt: skip
CONTRACT = {"client_id", "due_date", "sales_contact_id", "signed_status", "total_amount"}
EVENT = {
    "attendees", "client_contact", "client_id", "contract_id", "end_date", "location", "name",
    "notes", "overlap_allowed", "start_date", "support_contact_id",
}  # fmt: skip
TASK = {"assignee_id", "client_id", "contract_id", "due_date", "event_id", "text"}
WHOLE: set[str] = set()  # not column by column

TABLES = {
    "users": {
        "SELECT": PERSON
        | {"id", "is_active", "must_change_password", "created_at", "updated_at", "version"}
        | {"name_folded", "search_words"},
        "INSERT": PERSON | {"hashed_password"},
        "UPDATE": PERSON | {"is_active"},
    },
    "clients": {"SELECT": WHOLE, "INSERT": CLIENT, "UPDATE": CLIENT},
    "contracts": {
        "SELECT": WHOLE,
        "INSERT": CONTRACT | {"amount_due"},
        "UPDATE": CONTRACT | {"signed_at", "closed_reason", "closed_note", "kept_amount"},
    },
    "events": {"SELECT": WHOLE, "INSERT": EVENT, "UPDATE": EVENT | {"cancelled_reason"}},
    "payments": {
        "SELECT": WHOLE,
        "INSERT": {"amount", "contract_id", "kind", "method", "paid_on", "reason", "reference"}
        | {"request_key", "reverses_id"},
    },
    "tasks": {
        "SELECT": WHOLE,
        "INSERT": TASK,
        "UPDATE": TASK | {"done_at"},
    },
    "log_entries": {
        "SELECT": WHOLE,
        "INSERT": {"client_id", "contract_id", "event_id", "kind", "said_on", "text"},
    },
    "alembic_version": {"SELECT": WHOLE},
    **{
        f"{view}_list": {"SELECT": WHOLE}
        for view in (
            "user", "client", "contract", "event", "payment", "audit", "denied", "failed_login",
            "session", "log", "task",
        )
    },
}  # fmt: skip
FUNCTIONS = {
    "begin_import", "begin_session", "begin_undo", "change_password", "client_mentions",
    "columns_of", "company_today", "company_zone", "delete_record", "deny",
    "employee_id", "employee_role", "end_other_sessions", "end_session", "erase_client", "fold",
    "fold_together", "known_email", "unknown_email",
    "phone_query", "phone_terms", "search_id", "search_query", "search_reference",
    "search_terms", "whole_query",
    "has_reason", "is_receipt",
    "installation_id", "is_email",
    "is_own_client", "is_phone", "is_plain_text", "login_attempt", "login_challenge",
    "login_result", "oldest_program", "prefix_query", "record_denial", "reset_password",
    "restore_access",
    "revoke_session", "revoke_sessions", "session_id", "suspend_access", "undo_created",
    "undos_amiss",
    "undo_deleted", "utc_now", "words", "text_columns",
}  # fmt: skip


@pytest.fixture(scope="module")
def sql(template: dict[str, str]) -> Iterator[Cursor]:
    """The catalogue of a migrated database."""
    connection = connect(template)
    yield connection.cursor()
    connection.close()


def test_everything_that_is_granted_is_meant_to_be(sql: Cursor) -> None:
    found = {(privilege, re.sub(r"\(.*", "", on)) for privilege, on in grants(sql)}
    meant = {("USAGE", "SCHEMA public")}
    meant |= {("EXECUTE", f"FUNCTION {name}") for name in FUNCTIONS}
    for table, verbs in TABLES.items():
        for verb, columns in verbs.items():
            privileges = {f"{verb} ({column})" for column in columns} or {verb}
            meant |= {(privilege, f"TABLE {table}") for privilege in privileges}
    assert found - meant == set()
    assert meant - found == set()


def test_nobody_else_was_given_anything(sql: Cursor) -> None:
    sql.execute(
        "SELECT grantee::regrole, name FROM ("
        " SELECT relname, relacl FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " UNION ALL SELECT proname, proacl FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace"
        ") granted (name, acl), aclexplode(acl)"
        " WHERE grantee NOT IN ('epicevents_app'::regrole, 'epicevents_owner'::regrole)"
    )
    assert sql.fetchall() == []
