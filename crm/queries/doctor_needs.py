"""What the application cannot do without: a right that was taken away stops commands."""

from crm.domain.i18n import gettext as _
from crm.queries.doctor import Check

# Of the last migration, without the columns; a test holds them against it.
NEEDED = {
    "SELECT": (
        "users", "clients", "contracts", "events", "payments", "alembic_version",
        "user_list", "client_list", "contract_list", "event_list", "payment_list", "audit_list",
        "denied_list", "failed_login_list", "session_list",
    ),
    "INSERT": ("users", "clients", "contracts", "events", "payments"),
    "UPDATE": ("users", "clients", "contracts", "events"),
    "EXECUTE": (
        "begin_import", "begin_session", "begin_undo", "change_password", "columns_of",
        "company_today", "company_zone", "delete_record", "deny", "employee_id", "employee_role",
        "end_other_sessions", "end_session", "erase_client", "fold", "has_reason",
        "installation_id", "is_email", "is_own_client", "is_phone", "is_plain_text",
        "login_attempt", "login_challenge", "login_result", "oldest_program", "prefix_query",
        "record_denial",
        "reset_password", "restore_access", "revoke_session", "revoke_sessions", "session_id",
        "suspend_access", "text_columns", "undo_created", "undo_deleted", "utc_now", "words",
    ),
}  # fmt: skip


def _sql() -> str:
    from textwrap import fill

    indent = " " * 12
    lists = ",\n".join(
        fill(
            f"('{verb}', '{' '.join(names)}')",
            88,
            initial_indent=indent,
            subsequent_indent=indent + "    ",
        )
        for verb, names in NEEDED.items()
    )
    return f"""
        SELECT verb || ' ON ' || name
        FROM (VALUES
{lists}
        ) needed (verb, names), regexp_split_to_table(names, '[[:space:]]+') name
        LEFT JOIN pg_class c ON relnamespace = 'public'::regnamespace AND relname = name
        LEFT JOIN pg_proc f ON pronamespace = 'public'::regnamespace AND proname = name
        WHERE NOT coalesce(
            CASE verb WHEN 'EXECUTE' THEN has_function_privilege(session_user, f.oid, verb)
                ELSE has_any_column_privilege(session_user, c.oid, verb) END, false)
        """  # noqa: S608


NEEDS = (
    Check(
        "application_rights",
        lambda: _("The login has the rights that the program needs"),
        lambda: _("The login lacks rights: {found}."),
        lambda: _("Commands that need them fail for everybody."),
        lambda: _("As the owner: GRANT … TO epicevents_app, by column as in migrations/tables."),
        _sql(),
    ),
)
