"""The rows of a dump, and nothing else of it: no statement that a file holds is ever run.

``pg_restore`` writes a dump out as SQL. Of that we read the names of what it holds, the rows after
each COPY, and the positions of sequences. The statements that take these are our own, into tables
that we made from ``migrations/``.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import psycopg2
from psycopg2.sql import SQL, Identifier

from crm.backup.measuring import LEFT_OUT
from crm.database.copying import send_bytes
from crm.database.transaction import Transaction

_HEADER = re.compile(rb"-- (?:Data for )?Name: (.+); Type: ([A-Z ]+); Schema: (\S+); Owner: ")
_COPY = re.compile(rb"COPY public\.(\w+) \((.*)\) FROM stdin;\n")
_SETVAL = re.compile(rb"SELECT pg_catalog\.setval\('public\.(\w+)', ([0-9]{1,18}), (true|false)\)")
_END = b"\\.\n"
_PIECE = 1 << 16  # bytes

# Parts of other objects, which come and go with these.
_PARTS = {
    "ACL", "COMMENT", "DEFAULT", "DEFAULT ACL", "MATERIALIZED VIEW DATA", "ROW SECURITY",
    "SECURITY LABEL", "SEQUENCE OWNED BY", "SEQUENCE SET", "STATISTICS DATA", "TABLE DATA",
}  # fmt: skip

# What loads faster, or at all, once every row is there.
_KEYS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
        format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
            conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""

_COLUMNS = """
    SELECT relname::text, array_agg(attname::text)
    FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
      AND NOT attisdropped AND attgenerated = '' AND relname <> 'alembic_version'
    GROUP BY 1
"""

_NAMES = """
    SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


class UnusableRows(Exception):
    """The rows of a dump do not fit the table, or the key, that this names."""


def read_relation_names(tx: Transaction) -> set[str]:
    """Return the names of the tables, functions, indexes and constraints that are there."""
    return {name for (name,) in tx.rows(_NAMES)}


@contextmanager
def suspend_keys(tx: Transaction) -> Iterator[None]:
    """Do without foreign keys and indexes while rows come in, and make them again at the end.

    A dump has its tables in any order. Raises UnusableRows where a row refers to nothing.
    """
    statements = tx.rows(_KEYS)
    cursor = tx.connection.cursor()
    for drop, _make in statements:
        cursor.execute(drop)
    yield
    try:
        # In the opposite order: a foreign key needs the unique index that it refers to.
        for _drop, make in reversed(statements):
            cursor.execute(make)
    except psycopg2.IntegrityError as error:
        # The rows do not fit together. The constraint names what to say; the driver's text would
        # quote a row.
        raise UnusableRows(error.diag.constraint_name) from error


def load_rows(tx: Transaction, script: IO[bytes]) -> dict[str, str]:
    """Replace all rows by those of a dump, as pg_restore writes it out.

    Returns what else the dump holds beside rows: each object as a person knows it, and its bare
    name. Tables that are not here are passed over, and so are sessions. Raises UnusableRows.
    """
    columns: dict[str, list[str]] = dict(tx.rows(_COLUMNS))
    tx.execute(SQL("TRUNCATE {}").format(SQL(", ").join(map(Identifier, columns))))
    held: dict[str, str] = {}
    while line := script.readline(_PIECE):
        if found := _HEADER.match(line):
            held |= _describe(*(each.decode(errors="replace") for each in found.groups()))
        elif found := _COPY.match(line):
            table, listed = found[1].decode(), re.findall(r"\w+", found[2].decode(errors="replace"))
            _load_table(tx, table, listed, columns.get(table, []), _read_rows(script))
        elif found := _SETVAL.match(line):
            _set_sequence(tx, found[1].decode(), int(found[2]), called=found[3] == b"true")
    return held


def _describe(name: str, kind: str, schema: str) -> dict[str, str]:
    """Return an object of a dump as a person knows it, and its bare name."""
    if kind in _PARTS or (kind, name) == ("SCHEMA", "public"):
        return {}
    bare = name.partition("(")[0].split()[-1]
    full = name if schema in ("public", "-") else f"{schema}.{name}"
    return {f"{kind.lower()} {full}": bare if full == name else full}


def _load_table(
    tx: Transaction, table: str, listed: list[str], columns: list[str], rows: Iterator[bytes]
) -> None:
    if table in LEFT_OUT or not columns:
        for _piece in rows:
            continue
        return
    if not set(listed) <= set(columns):
        raise UnusableRows(table)
    statement = SQL("COPY public.{} ({}) FROM STDIN").format(
        Identifier(table), SQL(", ").join(map(Identifier, listed))
    )
    try:
        send_bytes(tx.connection, statement.as_string(tx.connection), rows)
    except (psycopg2.DataError, psycopg2.IntegrityError) as error:
        # Of another type than the column, or against a check: the file was changed, or is not of
        # this schema. Other errors are the server's, and go on as they are.
        raise UnusableRows(table) from error


def _read_rows(script: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a table, several at a time, up to the one that ends it."""
    lines, size, begins = [], 0, True
    while line := script.readline(_PIECE):
        if begins and line == _END:
            break
        begins = line.endswith(b"\n")
        lines.append(line)
        size += len(line)
        if size >= _PIECE:
            yield b"".join(lines)
            lines, size = [], 0
    if lines:
        yield b"".join(lines)


def _set_sequence(tx: Transaction, name: str, position: int, *, called: bool) -> None:
    tx.execute(
        "SELECT setval(oid, %s, %s) FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' AND relname = %s",
        (position, called, name),
    )
