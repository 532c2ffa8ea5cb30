"""What the application cannot do without: a right that was taken away stops commands."""

import re
from collections import defaultdict

from crm.database.upgrades import find_migrations
from crm.domain.i18n import gettext as _
from crm.queries.doctor import Check

_GRANT = re.compile(
    r"^GRANT ([^;]+?) ON (?:FUNCTION |TABLE )?(\w+)[^;]*? TO epicevents_app", re.MULTILINE
)


def _read_needed() -> dict[str, list[str]]:
    """Return what the migrations grant to the application's group: names by verb, no columns."""
    needed: dict[str, set[str]] = defaultdict(set)
    for path in find_migrations().glob("*s/**/*.sql"):
        for rights, name in _GRANT.findall(path.read_text("utf-8")):
            for verb in re.findall("SELECT|INSERT|UPDATE|EXECUTE", rights):
                needed[verb].add(name)
    return {verb: sorted(needed[verb]) for verb in ("SELECT", "INSERT", "UPDATE", "EXECUTE")}


NEEDED = _read_needed()


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
        """  # noqa: S608  no value from outside


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
