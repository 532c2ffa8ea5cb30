"""The rights of the application: just those that the migrations grant, no fewer and no more."""

import re

from crm.database.upgrades import find_migrations
from crm.domain.i18n import gettext as _
from crm.queries.doctor import Check

_GRANT = re.compile(r"^GRANT ([^;]+?) ON (?:FUNCTION )?(\w+)[^;]*? TO epicevents_app", re.MULTILINE)
_RIGHT = re.compile(r"(SELECT|INSERT|UPDATE|DELETE|EXECUTE)(?: \(([^)]*)\))?")


def read_granted() -> set[tuple[str, str, str]]:
    """Return what the migrations grant to the application's group: verb, name and column.

    The column is empty for a right to the whole of a table, a view or a function.
    """
    return {
        (verb, name, column.strip())
        for path in find_migrations().glob("*s/**/*.sql")
        for rights, name in _GRANT.findall(path.read_text("utf-8"))
        for verb, columns in _RIGHT.findall(rights)
        for column in columns.split(",")
    }


def _build_granted() -> str:
    """Return the same as SQL, in lines that fit a screen."""
    from textwrap import fill

    words = " ".join(f"{verb}:{name}.{column}" for verb, name, column in sorted(read_granted()))
    return f"""
        WITH granted AS (
            SELECT split_part(word, ':', 1) AS verb, split_part(word, '.', 2) AS col,
                split_part(split_part(word, ':', 2), '.', 1) AS name
            FROM regexp_split_to_table(
                '{fill(words, 76, subsequent_indent=" " * 16)}', '[[:space:]]+') word
        )"""  # noqa: S608  of our own files


_GRANTED = _build_granted()

NEEDS = (
    Check(
        "application_rights",
        lambda: _("The login has the rights that the program needs"),
        lambda: _("The login lacks rights: {found}."),
        lambda: _("Commands that need them fail for everybody."),
        lambda: _("As the owner: GRANT … TO epicevents_app, by column as in migrations/tables."),
        f"""{_GRANTED}
        SELECT verb || ' ON ' || concat_ws('.', name, nullif(col, ''))
        FROM granted
        LEFT JOIN pg_class c ON relnamespace = 'public'::regnamespace AND relname = name
        LEFT JOIN pg_attribute a ON attrelid = c.oid AND attname = col
        LEFT JOIN pg_proc f ON pronamespace = 'public'::regnamespace AND proname = name
        WHERE NOT coalesce(CASE
            WHEN verb = 'EXECUTE' THEN has_function_privilege(session_user, f.oid, verb)
            WHEN col = '' THEN has_table_privilege(session_user, c.oid, verb)
            ELSE has_column_privilege(session_user, c.oid, attnum, verb) END, false)
        """,  # noqa: S608  of our own files
    ),
    Check(
        "table_rights",
        lambda: _("The login has no right that the program does not need"),
        lambda: _("The login has rights that the program does not need: {found}."),
        lambda: _(
            "No policy limits them: passwords, sessions, the audit or the ledger may be open."
        ),
        lambda: _("As the owner: REVOKE … FROM {login}, epicevents_app"),
        f"""{_GRANTED}
        SELECT DISTINCT verb || ' ON ' || concat_ws('.', name, col)
        FROM (
            SELECT relname, NULL, relowner, relacl FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT relname, attname, relowner, attacl
            FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
            WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT proname, NULL, proowner, proacl FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
        ) held (name, col, owner, acl), aclexplode(acl) right_of (grantor, grantee, verb, grantable)
        WHERE grantee NOT IN (0, owner) AND pg_has_role(session_user, grantee, 'MEMBER')
          AND NOT EXISTS (SELECT FROM granted g WHERE g.verb = right_of.verb
              AND g.name = held.name AND g.col IN ('', held.col))
        """,  # noqa: S608  of our own files
    ),
)
