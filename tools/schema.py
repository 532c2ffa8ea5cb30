"""Writes the page of the schema: tables, who may do what, and what a write sets going.

Run it as ``python -m tools.schema`` after a change; a test says when it was forgotten. It reads a
database that it lays on an embedded server of its own.
"""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from crm.database import laying, upgrades
from crm.database.location import ADMINISTRATOR
from crm.database.transaction import connect
from crm.domain.rules import CONSTRAINTS
from crm.embedded import Cluster
from crm.settings.url import parse_database_url
from tools.schema_effects import FOLDER, Effects, Write

PAGE = Path(__file__).parents[1] / "docs" / "schema.md"
HEAD = """\
<!-- Written by tools/schema.py: change migrations/, not this page. -->
# The schema

Each table, view, function, trigger and policy is defined in one file of
[migrations](../migrations/README.md), to which its name links here.
"""

HAPPENINGS = {
    "A payment is inserted": Write("INSERT", "payments"),
    "A contract is signed": Write("UPDATE", "contracts", frozenset({"signed_status"})),
}

COLUMNS = """
    SELECT attname::text, format_type(atttypid, atttypmod), attnotnull,
        attgenerated <> '', attidentity <> '', atthasdef, col_description(attrelid, attnum)
    FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
    ORDER BY attnum
"""
CONSTRAINTS_OF = """
    SELECT conname::text, contype::text,
        ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY key (number, place)
            JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
        confrelid::regclass::text
    FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f', 'c', 'x')
    ORDER BY position(contype::text IN 'pufcx'), conname
"""
KINDS = {"p": "key", "u": "unique", "f": "reference", "c": "check", "x": "exclusion"}
RIGHTS = """
    SELECT verb, has_table_privilege('epicevents_app', %(table)s, verb),
        ARRAY(SELECT attname::text FROM pg_attribute
            WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped
              AND verb <> 'DELETE'
              AND has_column_privilege('epicevents_app', attrelid, attnum,
                  CASE verb WHEN 'DELETE' THEN 'SELECT' ELSE verb END)
            ORDER BY attnum),
        ARRAY(SELECT policyname::text FROM pg_policies
            WHERE schemaname = 'public' AND tablename = %(table)s AND cmd = verb
            ORDER BY policyname)
    FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) verb
"""


def write_page(cursor: Cursor) -> str:
    """Return the page in Markdown for a database that is laid."""
    effects = Effects(cursor)
    lines = [HEAD, *_happenings(effects)]
    for file in laying.read_files(FOLDER / "tables"):
        for table in [name for kind, name in file.made if kind == "TABLE"]:
            lines += [f"## {table}\n", f"{effects.link(table)}\n", *_columns(cursor, table)]
            lines += [*_constraints(cursor, table), *_triggers(effects, table)]
            lines += _rights(cursor, effects, table)
    lines += _functions(cursor, effects)
    return "\n".join(lines).rstrip() + "\n"


def _happenings(effects: Effects) -> Iterator[str]:
    yield "## What happens when\n"
    for title, write in HAPPENINGS.items():
        policy = effects.link(f"{write.table}_{write.verb.lower()}")
        yield f"### {title}\n"
        yield f"`{write.title}`, if {policy} allows it, on {effects.link(write.table)}:\n"
        yield from effects.lines(write, {write.title})
        yield ""
    yield "### A client is erased\n"
    yield f"{effects.link('erase_client')}. {effects.purposes['erase_client']}\n"
    yield from effects.function_lines("erase_client", set())
    yield ""


def _columns(cursor: Cursor, table: str) -> Iterator[str]:
    cursor.execute(COLUMNS, (table,))
    yield "| column | type | null | what |\n| --- | --- | --- | --- |"
    for name, kind, required, generated, identity, default, comment in cursor.fetchall():
        derived = generated * "generated" or identity * "numbered" or default * "has a default"
        said = ". ".join(filter(None, (derived, _cell(comment or ""))))
        yield f"| `{name}` | {kind} | {'' if required else 'yes'} | {said} |"
    yield ""


def _constraints(cursor: Cursor, table: str) -> Iterator[str]:
    cursor.execute(CONSTRAINTS_OF, (table,))
    yield "| constraint | what | says |\n| --- | --- | --- |"
    for name, kind, columns, other in cursor.fetchall():
        to = f" to `{other}`" if kind == "f" else ""
        said = CONSTRAINTS[name].error() if name in CONSTRAINTS else None
        sentence = f"{_cell(said.message)} (`{said.code}`)" if said else ""
        yield f"| `{name}` | {KINDS[kind]} of {_names(columns)}{to} | {sentence} |"
    yield ""


def _triggers(effects: Effects, table: str) -> Iterator[str]:
    triggers = [each for each in effects.triggers if each.table == table]
    if not triggers:
        return
    yield "| trigger | when | runs |\n| --- | --- | --- |"
    for each in triggers:
        of = f" of {_names(each.columns)}" if each.columns else ""
        when = f"{each.moment}: {', '.join(each.verbs)}{of}"
        yield f"| {effects.link(each.name)} | {when} | {effects.link(each.function)} |"
    yield ""


def _rights(cursor: Cursor, effects: Effects, table: str) -> Iterator[str]:
    cursor.execute(RIGHTS, {"table": table})
    rights = [row for row in cursor.fetchall() if row[1] or row[2]]
    if not rights:
        yield "The application has no right to it: only functions that act as the owner reach it.\n"
        return
    yield "| the application may | columns | whose rows |\n| --- | --- | --- |"
    for verb, whole, columns, policies in rights:
        named = "all" if whole else _names(columns)
        yield f"| {verb} | {named} | {', '.join(map(effects.link, policies))} |"
    yield ""


def _functions(cursor: Cursor, effects: Effects) -> Iterator[str]:
    cursor.execute(
        "SELECT relname::text, obj_description(oid, 'pg_class'),"
        " has_table_privilege('epicevents_app', oid, 'SELECT') FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'"
        " UNION ALL SELECT proname::text, obj_description(oid, 'pg_proc'),"
        " has_function_privilege('epicevents_app', oid, 'EXECUTE') FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype"
        " ORDER BY 1, 2"
    )
    yield "## Views and functions\n"
    yield "| name | the application may use it | what |\n| --- | --- | --- |"
    for name, comment, granted in cursor.fetchall():
        yield f"| {effects.link(name)} | {'yes' if granted else ''} | {_cell(comment or '')} |"


def _names(columns: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in columns)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Lay a database, and write the page."""
    with tempfile.TemporaryDirectory(prefix="epicevents-schema-") as home:
        cluster = Cluster(Path(home), fast=True)
        try:
            cluster.start()
            parameters = parse_database_url(cluster.url(ADMINISTRATOR))
            upgrades.make_database(parameters)
            with closing(connect(parameters)) as connection:
                PAGE.write_text(write_page(connection.cursor()), "utf-8")
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
