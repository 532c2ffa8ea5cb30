"""What holds the rules in the database: policies, gates, triggers, constraints, functions."""

from collections.abc import Iterable

from crm.domain.i18n import gettext as _
from crm.domain.rules import CONSTRAINTS as RULES
from crm.queries.doctor import Check

# Of the last migration; tests hold both against it.
POLICIES = (
    "users_select", "users_insert", "users_update",
    "clients_select", "clients_insert", "clients_update",
    "contracts_select", "contracts_insert", "contracts_update",
    "events_select", "events_insert", "events_update",
    "payments_select", "payments_insert",
)  # fmt: skip
TRIGGERS = (
    "tg_users_touch", "tg_users_guard", "tg_users_keep_a_manager_update",
    "tg_users_keep_a_manager_delete",
    "tg_clients_touch", "tg_clients_stay_erased", "tg_clients_active_contact_insert",
    "tg_clients_active_contact_update",
    "tg_contracts_write", "tg_contracts_guard", "tg_contracts_open_ledger",
    "tg_contracts_erased_client", "tg_contracts_erased_client_update",
    "tg_contracts_active_contact_insert", "tg_contracts_active_contact_update",
    "tg_events_touch", "tg_events_guard", "tg_events_active_contact_insert",
    "tg_events_active_contact_update",
    "tg_payments_are_final", "tg_payments_stay", "tg_payments_guard", "tg_payments_move_balance",
    *(
        f"tg_{table}_audit_{action}"
        for table in ("users", "clients", "contracts", "events", "payments")
        for action in ("insert", "update", "delete")
    ),
)  # fmt: skip
# A trigger states the others.
CONSTRAINTS = tuple(name for name in RULES if name and not name.startswith("tg_"))


def _list(names: Iterable[str]) -> str:
    """Return the names as rows, in lines that fit a screen."""
    from textwrap import fill

    indent = " " * 12
    listed = fill(" ".join(names), 84, initial_indent=3 * indent, subsequent_indent=indent)
    return f"regexp_split_to_table('{listed.lstrip()}', '[[:space:]]+')"


GUARDS = (
    Check(
        "row_security",
        lambda: _("Row-level security is on for every table"),
        lambda: _("Row-level security is off for {found}."),
        lambda: _("Anybody with the login's password can read rows without any permission."),
        lambda: _("As the owner: ALTER TABLE … ENABLE ROW LEVEL SECURITY"),
        """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND NOT relrowsecurity AND relname <> 'alembic_version'
        """,
    ),
    Check(
        "policies",
        lambda: _("Every policy exists, for its verb, and checks who is logged in"),
        lambda: _(
            "A policy is missing, foreign, for another verb or does not check the login: {found}."
        ),
        lambda: _("The database may allow what the permissions deny, or deny what they allow."),
        lambda: _("Restore it as in migrations/objects."),
        """
        SELECT coalesce(policyname::text, name || ' (missing)')
        FROM NAMES name
        FULL JOIN (SELECT * FROM pg_policies WHERE schemaname = 'public') policy
            ON policyname::text = name
        WHERE policyname IS NULL OR name IS NULL OR roles <> ARRAY['epicevents_app'::name]
           OR policyname <> concat(tablename, '_', lower(cmd)) OR permissive <> 'PERMISSIVE'
           OR concat(qual, with_check) !~ '(employee_id|employee_role|is_own_client)[(]'
        """.replace("NAMES", _list(POLICIES)),
    ),
    Check(
        "view_gates",
        lambda: _("Every view checks who is logged in"),
        lambda: _("A view is open to anybody with the login's password: {found}."),
        lambda: _("A view reads as the owner, for whom no policy applies."),
        lambda: _("As the owner: REVOKE ALL ON … FROM {login}, epicevents_app"),
        """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm')
          AND has_any_column_privilege(session_user, c.oid, 'SELECT')
          AND pg_get_viewdef(c.oid) !~ '(employee_id|employee_role)[(]'
        """,
    ),
    Check(
        "triggers",
        lambda: _("Every trigger exists and is enabled"),
        lambda: _("A trigger is missing or disabled: {found}."),
        lambda: _("The ledger, the audit or a rule that the trigger enforces no longer holds."),
        lambda: _("As the owner: ALTER TABLE … ENABLE TRIGGER …, or as in migrations/objects."),
        """
        SELECT coalesce(tgname::text, name || ' (missing)')
        FROM NAMES name
        FULL JOIN (
            SELECT t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            WHERE c.relnamespace = 'public'::regnamespace
        ) found ON tgname::text = name
        WHERE tgname IS NULL OR tgenabled NOT IN ('O', 'A')
        """.replace("NAMES", _list(TRIGGERS)),
    ),
    Check(
        "constraints",
        lambda: _("Every constraint exists and is validated"),
        lambda: _("A constraint is missing or not validated: {found}."),
        lambda: _("Rows may break its rule."),
        lambda: _("As the owner: ALTER TABLE … VALIDATE CONSTRAINT …, or as in migrations/tables."),
        """
        SELECT coalesce(conname::text, name || ' (missing)')
        FROM NAMES name
        FULL JOIN (
            SELECT conname, convalidated FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        ) found ON conname::text = name
        WHERE conname IS NULL OR NOT convalidated
        """.replace("NAMES", _list(CONSTRAINTS)),
    ),
    Check(
        "functions",
        lambda: _("Functions that run as the owner have a fixed search path"),
        lambda: _("A function runs as the owner without its own search_path: {found}."),
        lambda: _("Its caller decides which tables and functions it uses."),
        lambda: _("As the owner: ALTER FUNCTION … SET search_path = pg_catalog, public, pg_temp"),
        """
        SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prosecdef
          AND coalesce(array_to_string(proconfig, ' '), '') !~ 'search_path='
        """,
    ),
)
