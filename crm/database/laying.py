"""Laying a schema by the files of ``migrations``: tables once, the rest anew after every upgrade.

``tables/`` makes a new database. ``objects/`` holds views, functions, triggers and policies, which
are dropped before a revision and laid after it, so that each has one definition and no revision
copies any. Files wait for those whose names they mention. Everything here runs inside the
transaction of the upgrade, as the owner.
"""

import re
from collections.abc import Iterable
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812  a class
from psycopg2.sql import SQL, Literal

from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _

FIRST = "schema.sql"  # what holds for whatever is made later
RELEASED = "released"  # the tables and the names of objects of each revision that was released

_NOTE = "Laid by the last upgrade, in this order, with fingerprints; the next drops just these:"
_FILES = "files"  # the line of the note that has the fingerprint of the files themselves
_KEPT = "kept "  # before what stands under a table, and is replaced instead of dropped

_MADE = re.compile(
    r"^CREATE (?:OR REPLACE |CONSTRAINT )?(TABLE|VIEW|FUNCTION|TRIGGER|POLICY) (\w+)", re.MULTILINE
)
# Neither a comment nor a text names anything that must be there already.
_SILENT = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
_WORD = re.compile(r"\b(\w+)\b(\s*\()?")


class SqlFile(NamedTuple):
    """A file of definitions: what it makes, as (kind, name), and its statements."""

    path: Path
    made: tuple[tuple[str, str], ...]
    sql: str

    def mentions(self) -> set[tuple[str, str]]:
        """Return what its statements may refer to, as (kind, name)."""
        found = set()
        for word, call in _WORD.findall(_SILENT.sub("''", self.sql)):
            # Columns have names of functions too, but nobody calls them.
            found |= {("TABLE", word), ("VIEW", word)} | ({("FUNCTION", word)} if call else set())
        return found


class _Object(NamedTuple):
    """Something that ``objects/`` can make: its address, its name for DROP, its fingerprint."""

    kind: str
    plain: str
    name: str
    address: str
    print: str


# The fingerprint is of what the server says that it has: whoever changes a condition or a body
# leaves the name as it is.
OBJECTS = """
    SELECT kind, plain, kind || ' ' || called AS name, classid::oid || '.' || objid AS address,
        left(encode(sha256(convert_to(whole, 'UTF8')), 'hex'), 32) AS print
    FROM (
        SELECT 'VIEW', relname::text, oid::regclass::text, 'pg_class'::regclass, oid,
            concat_ws('|', array_to_string(reloptions, ','), pg_get_viewdef(oid))
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
        UNION ALL
        SELECT 'FUNCTION', proname, oid::regprocedure::text, 'pg_proc'::regclass, oid,
            pg_get_functiondef(oid)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
        UNION ALL
        SELECT 'TRIGGER', tgname, quote_ident(tgname) || ' ON ' || tgrelid::regclass,
            'pg_trigger'::regclass, t.oid, concat_ws('|', tgenabled, pg_get_triggerdef(t.oid))
        FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
        WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT 'POLICY', polname, quote_ident(polname) || ' ON ' || polrelid::regclass,
            'pg_policy'::regclass, p.oid,
            concat_ws('|', polcmd, polpermissive,
                ARRAY(SELECT rolname FROM pg_roles WHERE oid = ANY (polroles) ORDER BY 1)::text,
                pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
        FROM pg_policy p JOIN pg_class c ON c.oid = polrelid
        WHERE relnamespace = 'public'::regnamespace
    ) each (kind, plain, called, classid, objid, whole)
"""
# What of it is missing, or is no longer as it was laid.
CHANGED = f"""
    WITH note AS (
        SELECT regexp_split_to_table(obj_description(to_regclass('public.alembic_version'),
            'pg_class'), '\\n') AS line
    ), laid AS (
        SELECT regexp_replace(split_part(line, E'\\t', 1), '^{_KEPT}', '') AS name,
            split_part(line, E'\\t', 2) AS print
        FROM note WHERE strpos(line, E'\\t') > 0 AND line !~ '^{_FILES}'
    ), found AS ({OBJECTS})
    SELECT laid.name || CASE WHEN found.name IS NULL THEN ' (missing)' ELSE ' (changed)' END
    FROM laid LEFT JOIN found ON found.name = laid.name
    WHERE found.print IS DISTINCT FROM laid.print
    UNION ALL
    SELECT 'everything (no fingerprint)' WHERE NOT EXISTS (SELECT FROM laid)
"""  # noqa: S608  a constant of ours

# The rule and the types of a view belong to it, and to it alone; whatever else depends on what is
# ours, or on that, is somebody else's.
_DEPENDENTS = """
    WITH RECURSIVE ours (classid, objid) AS (
        SELECT split_part(address, '.', 1)::oid, split_part(address, '.', 2)::oid
        FROM unnest(%(ours)s::text[]) address
        UNION
        SELECT d.classid, d.objid FROM ours
        JOIN pg_depend d ON (d.refclassid, d.refobjid) = (ours.classid, ours.objid)
        WHERE d.deptype = 'i'
    )
    SELECT DISTINCT pg_describe_object(
        coalesce(whole.refclassid, d.classid), coalesce(whole.refobjid, d.objid),
        coalesce(whole.refobjsubid, d.objsubid)) AS name
    FROM ours
    JOIN pg_depend d ON (d.refclassid, d.refobjid) = (ours.classid, ours.objid)
    LEFT JOIN pg_depend whole
        ON (whole.classid, whole.objid, whole.deptype) = (d.classid, d.objid, 'i')
    WHERE (d.classid, d.objid) NOT IN (SELECT classid, objid FROM ours)
    ORDER BY name
"""


def read_files(folder: Path) -> list[SqlFile]:
    """Return the files of a folder in the order in which they can be laid.

    Raises CycleError where two files wait for each other.
    """
    read = []
    for path in sorted(folder.rglob("*.sql")):
        sql = path.read_text("utf-8")
        read.append(SqlFile(path, tuple((kind, name) for kind, name in _MADE.findall(sql)), sql))
    makers = {made: file for file in read for made in file.made}
    first = {file for file in read if file.path.name == FIRST}
    waits = {
        file: (first | {makers[name] for name in file.mentions() if name in makers}) - {file}
        for file in read
        if file not in first
    }
    return list(TopologicalSorter(waits).static_order())


def lay_tables(cursor: Cursor, scripts: Path) -> None:
    """Make the tables of a new database, with their first rows."""
    _run(cursor, read_files(scripts / "tables"))


def lay_released(cursor: Cursor, scripts: Path, revision: str, newest: str) -> str:
    """Make the tables of the newest revision, or of the last release up to an older one.

    Returns the revision that they have, with which the database is stamped.
    """
    released = [path for path in _list_released(scripts) if path.stem <= revision]
    start = newest if revision == newest else released[-1].stem
    cursor.execute(
        "CREATE TABLE alembic_version (version_num varchar(32)"
        " CONSTRAINT alembic_version_pkc PRIMARY KEY)"
    )
    cursor.execute("INSERT INTO alembic_version VALUES (%s)", (start,))
    if start == newest:
        lay_tables(cursor, scripts)
    else:
        cursor.execute(released[-1].read_text("utf-8"))
    return start


def read_object_names(scripts: Path) -> set[str]:
    """Return the names of what ``objects/`` makes, now and at every release."""
    names = {name for file in read_files(scripts / "objects") for _kind, name in file.made}
    for path in _list_released(scripts):
        names.update(path.with_suffix(".txt").read_text("utf-8").split())
    return names


def _list_released(scripts: Path) -> list[Path]:
    """Return the tables of each revision that was released, the oldest first."""
    return sorted((scripts / RELEASED).glob("*.sql"))


def replace_functions(cursor: Cursor, scripts: Path) -> None:
    """Replace the functions under checks and generated columns, which nobody can drop.

    They are in the files of ``tables/`` that make no table, which can be run again.
    """
    _run(cursor, _select_replaceable(read_files(scripts / "tables")))


def _select_replaceable(tables: Iterable[SqlFile]) -> list[SqlFile]:
    return [file for file in tables if all(kind != "TABLE" for kind, _name in file.made)]


def lay_objects(cursor: Cursor, scripts: Path) -> None:
    """Lay views, functions, triggers and policies, and note in the database which they are.

    The note is a comment, which a hostile backup cannot make run, and which the program's login
    reads and cannot write.
    """
    before = {each.name for each in _objects(cursor)}
    laid, tables = read_files(scripts / "objects"), read_files(scripts / "tables")
    _run(cursor, laid)
    order = [made for file in laid for made in file.made]
    under = {made for file in tables for made in file.made}
    found = _objects(cursor)
    made = [each for each in found if each.name not in before]
    made.sort(key=lambda each: order.index((each.kind, each.plain)))
    kept = [each for each in found if each.name in before and (each.kind, each.plain) in under]
    lines = [
        _NOTE,
        _fingerprint(laid, tables),
        *(f"{_KEPT}{each.name}\t{each.print}" for each in kept),
        *(f"{each.name}\t{each.print}" for each in made),
    ]
    cursor.execute(SQL("COMMENT ON TABLE alembic_version IS {}").format(Literal("\n".join(lines))))


def is_current(cursor: Cursor, scripts: Path) -> bool:
    """Return whether the objects are those of the files, and nobody has changed them since."""
    laid, tables = read_files(scripts / "objects"), read_files(scripts / "tables")
    if _fingerprint(laid, tables) not in _read_note(cursor):
        return False
    cursor.execute(CHANGED)
    return not cursor.fetchall()


def _fingerprint(laid: Iterable[SqlFile], tables: Iterable[SqlFile]) -> str:
    """Return the line of the note that changes when a definition that can be laid anew does."""
    from hashlib import sha256

    # In an order of their own: that of laying is not the same wherever the files lie.
    texts = sorted(file.sql for file in (*laid, *_select_replaceable(tables)))
    return f"{_FILES}\t{sha256(chr(0).join(texts).encode()).hexdigest()[:32]}"


def _read_note(cursor: Cursor) -> list[str]:
    cursor.execute("SELECT obj_description('alembic_version'::regclass, 'pg_class')")
    ((note,),) = cursor.fetchall()
    return (note or "").splitlines()


def drop_objects(cursor: Cursor) -> None:
    """Drop what the last upgrade has laid, and nothing else.

    Raises RuleViolation ``foreign_objects`` where something of somebody else's depends on it.
    """
    laid = [line.partition("\t")[0] for line in _read_note(cursor)]
    there = sorted(
        (each for each in _objects(cursor) if each.name in laid),
        key=lambda each: laid.index(each.name),
        reverse=True,
    )
    _refuse_dependents(cursor, there)
    for each in there:
        cursor.execute(f"DROP {each.name}")


def drop_everything(cursor: Cursor, scripts: Path) -> None:
    """Drop what was laid, then the tables with all records and the functions under them."""
    drop_objects(cursor)
    # What refers to others lies behind them, and goes before them.
    for file in reversed(read_files(scripts / "tables")):
        for kind, name in reversed(file.made):
            cursor.execute(f"DROP {kind} IF EXISTS {name}")
    cursor.execute("ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC")


def _run(cursor: Cursor, laid: Iterable[SqlFile]) -> None:
    for file in laid:
        try:
            cursor.execute(file.sql)
        except psycopg2.Error as error:
            # PostgreSQL says what is wrong, but not in which of two hundred files.
            error.add_note(f"in {file.path}")
            raise


def _refuse_dependents(cursor: Cursor, ours: Iterable[_Object]) -> None:
    cursor.execute(_DEPENDENTS, {"ours": [each.address for each in ours]})
    names = [name for (name,) in cursor.fetchall()]
    if names:
        raise RuleViolation(
            _(
                "Nothing was upgraded, because these depend on what an upgrade makes anew: {names}."
            ).format(names=", ".join(names)),
            hint=_("Drop them, run epicevents db upgrade, and create them again."),
            code="foreign_objects",
            details={"objects": names},
        )


def _objects(cursor: Cursor) -> list[_Object]:
    # By a path of its own, so that definitions read the same whoever asks for them.
    cursor.execute("SET LOCAL search_path = public")
    cursor.execute(OBJECTS)
    return [_Object(*row) for row in cursor.fetchall()]
