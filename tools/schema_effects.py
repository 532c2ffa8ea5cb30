"""What a statement sets going: triggers, the functions that they run, and what those write."""

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from crm.database import laying, upgrades

FOLDER = upgrades.find_migrations()

TRIGGERS = """
    SELECT tgname::text, tgrelid::regclass::text, p.proname::text,
        CASE WHEN tgtype & 2 > 0 THEN 'before' ELSE 'after' END
            || CASE WHEN tgtype & 1 > 0 THEN ' each row' ELSE ' the statement' END,
        array_remove(ARRAY[
            CASE WHEN tgtype & 4 > 0 THEN 'INSERT' END, CASE WHEN tgtype & 16 > 0 THEN 'UPDATE' END,
            CASE WHEN tgtype & 8 > 0 THEN 'DELETE' END], NULL),
        ARRAY(SELECT attname::text FROM pg_attribute
            WHERE attrelid = tgrelid AND attnum = ANY (tgattr))
    FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN pg_proc p ON p.oid = tgfoid
    WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace
    -- In the order in which PostgreSQL fires them.
    ORDER BY tgrelid::regclass::text, tgtype & 2 = 0, tgtype & 1 = 0, tgname
"""

WRITES = re.compile(
    r"\bINSERT INTO (?P<insert>\w+)|\bDELETE FROM (?P<delete>\w+)"
    r"|\bUPDATE (?P<update>\w+)(?: \w+)? SET (?P<fields>.*?)(?=\bFROM\b|\bWHERE\b|;|\Z)",
    re.DOTALL,
)


# Functions that update the table which their first argument names.
UPDATERS = re.compile(r"\berase_texts\(\s*'(\w+)'")


class Write(NamedTuple):
    """A statement that writes, and the columns that it sets where it is an UPDATE."""

    verb: str
    table: str
    columns: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        """The beginning of the statement."""
        preposition = {"INSERT": "INTO ", "UPDATE": "", "DELETE": "FROM "}[self.verb]
        return f"{self.verb} {preposition}{self.table}"


class Trigger(NamedTuple):
    """A trigger: when it fires, and what it runs."""

    name: str
    table: str
    function: str
    moment: str
    verbs: list[str]
    columns: list[str]  # of UPDATE OF

    def fires_on(self, write: Write) -> bool:
        """Whether a statement sets it off; its own condition apart."""
        if self.table != write.table or write.verb not in self.verbs:
            return False
        return write.verb != "UPDATE" or not self.columns or bool(write.columns & {*self.columns})


class Effects:
    """What the objects of a database do to each other."""

    def __init__(self, cursor: Cursor) -> None:
        cursor.execute(TRIGGERS)
        self.triggers = [Trigger(*row) for row in cursor.fetchall()]
        cursor.execute(
            "SELECT proname, obj_description(oid, 'pg_proc') FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace"
        )
        self.purposes: dict[str, str] = dict(cursor.fetchall())

    @cached_property
    def files(self) -> dict[str, laying.SqlFile]:
        """The file of each object and table, by its name."""
        read = [*laying.read_files(FOLDER / "tables"), *laying.read_files(FOLDER / "objects")]
        return {name: file for file in read for _kind, name in file.made}

    def link(self, name: str) -> str:
        """Return the name as a link to its file."""
        path = Path("..") / "migrations" / self.files[name].path.relative_to(FOLDER)
        return f"[{name}]({path.as_posix()})"

    def calls(self, function: str) -> list[str]:
        """Return the functions of ours that a function calls itself."""
        mentioned = {name for kind, name in self.files[function].mentions() if kind == "FUNCTION"}
        return sorted((mentioned & self.purposes.keys()) - {function})

    def writes(self, function: str) -> list[Write]:
        """Return what a function writes, by those that it calls too."""
        found: list[Write] = []
        seen, waiting = {function}, [function]
        while waiting:
            name = waiting.pop(0)
            found += [each for each in self._own_writes(name) if each not in found]
            new = [called for called in self.calls(name) if called not in seen]
            seen.update(new)
            waiting += new
        return found

    def _own_writes(self, function: str) -> Iterator[Write]:
        sql = re.sub(r"--[^\n]*", "", self.files[function].sql)
        yield from (Write("UPDATE", table) for table in UPDATERS.findall(sql))
        for found in WRITES.finditer(sql):
            for verb in ("insert", "update", "delete"):
                table = found[verb]
                if table in self.files and ("TABLE", table) in self.files[table].made:
                    fields = re.findall(r"(\w+) =", found["fields"] or "")
                    yield Write(verb.upper(), table, frozenset(fields))

    def lines(self, write: Write, told: set[str], depth: int = 0) -> Iterator[str]:
        """Yield what a statement sets going, as a nested list in Markdown.

        ``told`` are the functions and statements whose own lines came before.
        """
        for trigger in self.triggers:
            if not trigger.fires_on(write):
                continue
            runs = f"{self.link(trigger.name)} runs {self.link(trigger.function)}"
            purpose = self.purposes.get(trigger.function) or ""
            yield f"{'  ' * depth}- {trigger.moment}: {runs}. {purpose}".rstrip()
            yield from self.function_lines(trigger.function, told, depth + 1)

    def function_lines(self, function: str, told: set[str], depth: int = 0) -> Iterator[str]:
        """Yield what a function calls and writes, as a nested list in Markdown."""
        if function in told:
            return
        told.add(function)
        indent = "  " * depth
        if called := self.calls(function):
            yield f"{indent}- calls {', '.join(map(self.link, called))}"
        for write in self.writes(function):
            again = " (as above)" if write.title in told else ""
            yield f"{indent}- `{write.title}` ({self.link(write.table)}){again}"
            if not again:
                told.add(write.title)
                yield from self.lines(write, told, depth + 1)
