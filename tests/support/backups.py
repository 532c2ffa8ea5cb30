"""Everything that a restore must bring back: rows, and every right as PostgreSQL tells it."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pytest
from psycopg2.sql import SQL, Identifier

from crm.backup import tools
from crm.backup.measuring import LEFT_OUT
from crm.database.transaction import connect

PASSPHRASE = "des bateaux sur la Seine"

needs_gpg = pytest.mark.skipif(
    shutil.which("gpg") is None, reason="GnuPG is not installed; .ci/run installs it"
)


def query(parameters: Mapping[str, str], statement: Any) -> list[tuple[Any, ...]]:
    """Run a query as the administrator."""
    with closing(connect(parameters)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def execute(parameters: Mapping[str, str], *statements: str) -> None:
    """Run statements as the administrator, each at once."""
    with closing(connect(parameters)) as connection:
        connection.autocommit = True
        for statement in statements:
            connection.cursor().execute(statement)


def rows(parameters: Mapping[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, those of sessions excepted."""
    tables = query(parameters, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert len(tables) > 10
    return {
        name: query(parameters, SQL("SELECT t::text FROM {} t ORDER BY 1").format(Identifier(name)))
        for (name,) in tables
        if name not in LEFT_OUT
    }


def sequences(parameters: Mapping[str, str]) -> dict[str, int | None]:
    """The last number that each sequence has given."""
    return dict(query(parameters, "SELECT sequencename, last_value FROM pg_sequences"))


def rights(parameters: Mapping[str, str]) -> str:
    """Owners, privileges, policies, triggers, constraints, functions with their settings …"""
    major = int(query(parameters, "SHOW server_version_num")[0][0]) // 10000
    dump = subprocess.run(
        tools.find_tools(parameters, major).command(
            "pg_dump", "--schema-only", f"--dbname={tools.build_target(parameters)}"
        ),
        capture_output=True,
        text=True,
        check=True,
        env=tools.build_environment(parameters),
    ).stdout
    # Its key is another each time.
    return "\n".join(_plain(line) for line in dump.splitlines() if "restrict " not in line)


def _plain(line: str) -> str:
    """Return a line without the casts of a list, which PostgreSQL writes in two ways."""
    if "ANY (" not in line:
        return line
    return re.sub(r"::(character varying|text)(\[\])?|[()]", "", line)


def of_the_database(parameters: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """The owner, privileges, settings and languages of the database, which a dump leaves out."""
    return [
        *query(
            parameters,
            "SELECT pg_get_userbyid(datdba), datallowconn,"
            " ARRAY(SELECT unnest(datacl)::text ORDER BY 1)"
            " FROM pg_database WHERE datname = current_database()",
        ),
        *query(
            parameters,
            "SELECT setrole::regrole::text, ARRAY(SELECT unnest(setconfig) ORDER BY 1)"
            " FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase"
            " WHERE datname = current_database() ORDER BY 1",
        ),
        *query(parameters, "SELECT lanname, lanacl::text FROM pg_language ORDER BY 1"),
    ]


def databases(parameters: Mapping[str, str]) -> set[str]:
    """The names of the server's databases."""
    return {name for (name,) in query(parameters, "SELECT datname FROM pg_database")}
