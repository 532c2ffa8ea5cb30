"""What holds the rules in the database: policies, triggers, constraints, functions."""

from collections.abc import Iterable

from crm.database.laying import CHANGED
from crm.domain.i18n import gettext as _
from crm.domain.rules import CONSTRAINTS as RULES
from crm.queries.doctor import Check

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
        "objects",
        lambda: _("Every view, function, trigger and policy is as the last upgrade laid it"),
        lambda: _("Not as the last upgrade laid it: {found}."),
        lambda: _("The database may allow what the permissions deny, or no longer hold a rule."),
        lambda: _("As an administrator: epicevents db upgrade, which lays them all anew."),
        CHANGED,
    ),
    Check(
        "policies",
        lambda: _("No policy but the program's own admits anybody"),
        lambda: _("A policy is not the program's: {found}."),
        lambda: _("The database may allow what the permissions deny."),
        lambda: _("As the owner: DROP POLICY …"),
        """
        SELECT policyname FROM pg_policies
        WHERE schemaname = 'public'
          AND strpos(obj_description('public.alembic_version'::regclass, 'pg_class'),
              concat(E'\\nPOLICY ', policyname, ' ON ', tablename, E'\\t')) = 0
        """,
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
