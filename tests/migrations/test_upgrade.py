"""Migrations make a schema or carry it up, all or nothing, at once, and never by half."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from support.catalogue import catalogue
from support.database import Database
from support.migrations import NEXT, Migrations
from support.waiting import until

from crm.database import upgrades
from crm.database.revision import BASELINE, SCHEMA_REVISION
from crm.database.transaction import connect
from crm.domain.errors import CRMError, DatabaseUnavailable

ROOT = Path(__file__).parents[2]


def query(parameters: dict[str, str], statement: str) -> list[tuple[Any, ...]]:
    """Run a query as the administrator."""
    connection = connect(parameters)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        connection.close()


def tables(parameters: dict[str, str]) -> set[str]:
    """The tables of a database."""
    rows = query(parameters, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name for (name,) in rows}


def test_models_and_migrations_agree(template: dict[str, str]) -> None:
    command.check(upgrades.build_alembic_config(upgrades.build_engine(template)))


def test_program_expects_the_last_revision() -> None:
    scripts = ScriptDirectory.from_config(upgrades.build_alembic_config())
    assert scripts.get_heads() == [SCHEMA_REVISION]
    assert scripts.get_bases() == [BASELINE]


def test_revisions_only_carry_up_and_copy_no_object() -> None:
    scripts = ScriptDirectory.from_config(upgrades.build_alembic_config())
    for script in scripts.walk_revisions():
        assert not hasattr(script.module, "downgrade"), script.path
        text = Path(script.path).read_text("utf-8")
        copied = re.findall(r"\b(FUNCTION|VIEW|TRIGGER|POLICY) \w+", text, re.IGNORECASE)
        assert copied == [], f"{script.path}: what objects/ lays is not written here"
        if not getattr(script.module, "changes_data", True):
            lossy = re.findall(
                r"\b(UPDATE|DELETE|DROP|TRUNCATE|TYPE) ", re.sub(r"GRANT [^;]*", "", text)
            )
            assert lossy == [], f"{script.path}: say that it changes data"
    versions = {path.name for path in (upgrades.find_migrations() / "versions").iterdir()}
    names = {Path(script.path).name for script in scripts.walk_revisions()}
    assert versions - {"__pycache__"} == names


def test_all_of_it_is_packaged() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"]["migrations"] == "crm/migrations"
    assert (upgrades.find_migrations() / "env.py").exists()


def test_upgrade_that_is_done_changes_nothing(template: dict[str, str]) -> None:
    transaction = "SELECT xmin FROM pg_class WHERE relname = 'client_list'"
    before = query(template, transaction)
    assert upgrades.upgrade_schema(template) == []
    assert query(template, transaction) == before


def test_a_new_database_is_laid_by_the_newest_revision(
    bare: dict[str, str], migrations: Migrations
) -> None:
    migrations.add_revision("SELECT 1 / 0")  # only for those who come from before it
    assert upgrades.upgrade_schema(bare) == [f"{NEXT}_next"]
    assert upgrades.read_current_revision(bare) == NEXT
    assert {"users", "payments", "audit_entries"} <= tables(bare)


@pytest.mark.parametrize(
    ("revision", "code"), [("9999", "schema_newer"), ("0018", "schema_too_old")]
)
def test_a_schema_that_it_does_not_know_is_left_alone(
    database: Database, revision: str, code: str
) -> None:
    owner = database.owner()
    owner.cursor().execute("UPDATE alembic_version SET version_num = %s", (revision,))
    before = catalogue(owner.cursor())
    with pytest.raises(DatabaseUnavailable, match=revision) as refused:
        upgrades.upgrade_schema(database.admin)
    assert refused.value.code == code
    assert catalogue(owner.cursor()) == before


@pytest.mark.proof
def test_two_upgrades_at_once_queue(bare: dict[str, str]) -> None:
    holder = connect(bare)
    holder.cursor().execute("SELECT pg_advisory_lock(7301943201)")
    program = f"from crm.database import upgrades; upgrades.upgrade_schema({bare!r})"
    both = [subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) for _process in range(2)]
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    until(lambda: query(bare, waiting) == [(2,)])
    holder.close()
    assert [process.wait(60) for process in both] == [0, 0]
    assert upgrades.read_current_revision(bare) == SCHEMA_REVISION
    assert {"users", "payments", "audit_entries"} <= tables(bare)


def test_failing_revision_leaves_nothing_applied(
    database: Database, migrations: Migrations
) -> None:
    owner = database.owner()
    before = catalogue(owner.cursor())
    migrations.add_revision("CREATE TABLE half (id integer)", "SELECT 1 / 0")
    with pytest.raises(CRMError) as failed:
        upgrades.upgrade_schema(database.admin)
    assert "division by zero" in str(failed.value.__cause__)
    assert catalogue(owner.cursor()) == before
    assert upgrades.read_current_revision(database.admin) == SCHEMA_REVISION


def test_failing_object_leaves_nothing_laid(bare: dict[str, str], migrations: Migrations) -> None:
    before = tables(bare)
    migrations.change("objects/client/client_list.sql", "c.full_name,", "c.surname,")
    with pytest.raises(CRMError) as failed:
        upgrades.upgrade_schema(bare)
    assert isinstance(failed.value.__cause__, psycopg2.Error)
    assert failed.value.__cause__.__notes__ == [
        f"in {migrations.root}/objects/client/client_list.sql"
    ]
    assert tables(bare) == before


def test_way_down_is_out(bare: dict[str, str]) -> None:
    upgrades.upgrade_schema(bare)
    config = upgrades.build_alembic_config(upgrades.build_engine(bare))
    command.downgrade(config, "base")
    assert query(
        bare,
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " ORDER BY 1",
    ) == [("alembic_version",), ("alembic_version_pkc",)]
    assert upgrades.read_current_revision(bare) is None
    assert upgrades.upgrade_schema(bare)[0].startswith(SCHEMA_REVISION)
