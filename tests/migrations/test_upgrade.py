"""Migrations go up, down and up again, with data, at once, and never by half."""

import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError
from support.database import Database
from support.waiting import until

from crm.database import provisioning
from crm.database.revision import SCHEMA_REVISION
from crm.database.transaction import connect

ROOT = Path(__file__).parents[2]
REVISIONS = tuple(
    path.name[:4] for path in sorted(provisioning.find_migrations().glob("versions/0*.py"))
)

# What the client's schema holds, and a way down must not lose.
KEPT = {
    "users": "id, first_name, last_name, email, phone, hashed_password, role, created_at",
    "clients": "id, full_name, email, phone, company_name, sales_contact_id, created_at",
    "contracts": "id, client_id, sales_contact_id, total_amount, amount_due, created_at,"
    " signed_status",
    "events": "id, name, contract_id, client_id, client_contact, start_date, end_date,"
    " support_contact_id, location, attendees, notes",
}


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


def contents(parameters: dict[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    """What a way down must not lose."""
    return {
        table: query(parameters, f"SELECT {columns} FROM {table} ORDER BY id")
        for table, columns in KEPT.items()
    }


def balances_hold(parameters: dict[str, str]) -> bool:
    """Whether the ledger explains every balance."""
    return not query(
        parameters,
        "SELECT FROM contracts c WHERE amount_due <> total_amount"
        " - (SELECT coalesce(sum(amount), 0) FROM payments WHERE contract_id = c.id)",
    )


def test_models_and_migrations_agree(template: dict[str, str]) -> None:
    command.check(provisioning.build_alembic_config(provisioning.build_engine(template)))


def test_program_expects_the_last_revision() -> None:
    scripts = ScriptDirectory.from_config(provisioning.build_alembic_config())
    assert scripts.get_heads() == [SCHEMA_REVISION]
    assert scripts.get_bases() == ["0001"]
    assert tuple(s.revision for s in reversed(list(scripts.walk_revisions()))) == REVISIONS


def test_every_revision_has_its_statements_and_is_packaged() -> None:
    versions = provisioning.find_migrations() / "versions"
    stems = {path.stem for path in versions.glob("*.py")}
    assert len(stems) == len(REVISIONS)
    for way in ("up", "down"):
        assert {path.name for path in versions.glob(f"*.{way}.sql")} == {
            f"{stem}.{way}.sql" for stem in stems
        }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"]["migrations"] == "crm/migrations"
    assert (provisioning.find_migrations() / "env.py").exists()


def test_up_down_and_up_again_step_by_step_keeps_what_remains(database: Database) -> None:
    before = contents(database.admin)
    for revision in reversed(REVISIONS[:-1]):
        provisioning.downgrade(database.admin, revision)
        assert provisioning.read_current_revision(database.admin) == revision
        assert contents(database.admin) == before
    assert tables(database.admin) == {*KEPT, "alembic_version"}
    for revision in REVISIONS[1:]:
        provisioning.upgrade_schema(database.admin, revision)
        assert contents(database.admin) == before
    assert balances_hold(database.admin)
    with database.as_user(1) as tx:
        assert tx.value("SELECT count(*) FROM event_list") == 3


def test_each_step_can_be_taken_back_alone(bare: dict[str, str]) -> None:
    objects = (
        "SELECT 'relation', oid::regclass::text FROM pg_class"
        "  WHERE relnamespace = 'public'::regnamespace"
        " UNION ALL SELECT 'function', oid::regprocedure::text FROM pg_proc"
        "  WHERE pronamespace = 'public'::regnamespace"
        " UNION ALL SELECT 'constraint', conname FROM pg_constraint"
        "  WHERE connamespace = 'public'::regnamespace"
        " UNION ALL SELECT 'trigger', tgname FROM pg_trigger WHERE NOT tgisinternal"
        " UNION ALL SELECT 'policy', policyname FROM pg_policies"
        " UNION ALL SELECT 'column', attrelid::regclass || '.' || attname FROM pg_attribute"
        "  JOIN pg_class c ON c.oid = attrelid AND relnamespace = 'public'::regnamespace"
        "  WHERE attnum > 0 AND NOT attisdropped"
        " UNION ALL SELECT 'grant', oid::regclass || coalesce(relacl::text, '') FROM pg_class"
        "  WHERE relnamespace = 'public'::regnamespace AND relacl::text LIKE '%epicevents_app%'"
        " UNION ALL SELECT 'rls', oid::regclass::text FROM pg_class WHERE relrowsecurity"
    )
    provisioning.upgrade_schema(bare, REVISIONS[0])
    for lower, upper in pairwise(REVISIONS):
        before = set(query(bare, objects))
        provisioning.upgrade_schema(bare, upper)
        provisioning.downgrade(bare, lower)
        assert set(query(bare, objects)) == before
        provisioning.upgrade_schema(bare, upper)
    provisioning.downgrade(bare, "base")
    assert tables(bare) == {"alembic_version"}


def test_records_from_before_a_rule_are_taken_in(database: Database) -> None:
    provisioning.downgrade(database.admin, "0002")
    owner = database.owner().cursor()
    owner.execute("UPDATE events SET support_contact_id = 5, start_date = '2020-01-10 18:00'")
    provisioning.upgrade_schema(database.admin)
    owner.execute("SELECT bool_and(overlap_allowed) FROM events")
    assert owner.fetchone() == (True,)
    owner.execute("SELECT bool_and(signed_at = created_at) FROM contracts WHERE signed_status")
    assert owner.fetchone() == (True,)
    owner.execute("SELECT contract_id, amount, kind FROM payments ORDER BY contract_id")
    assert owner.fetchall() == [(3, 2000, "OPENING"), (4, 4000, "OPENING")]


def test_when_an_event_was_last_changed_is_known_from_the_audit(database: Database) -> None:
    provisioning.downgrade(database.admin, "0008")
    owner = database.owner().cursor()
    owner.execute("UPDATE events SET notes = 'x' WHERE id = 1")
    owner.execute(
        "UPDATE audit_transactions SET at = '2031-02-03' WHERE id ="
        " (SELECT max(id) FROM audit_transactions)"
    )
    owner.execute("DELETE FROM audit_entries WHERE table_name = 'events' AND record_id = 3")
    owner.execute("SELECT id, version FROM events ORDER BY id")
    versions = owner.fetchall()
    provisioning.upgrade_schema(database.admin)
    owner.execute("SELECT id, version FROM events ORDER BY id")
    assert owner.fetchall() == versions
    owner.execute("SELECT updated_at::text FROM events WHERE id = 1")
    assert owner.fetchone() == ("2031-02-03 00:00:00",)
    owner.execute("SELECT updated_at = created_at FROM events WHERE id = 3")
    assert owner.fetchone() == (True,)
    owner.execute("UPDATE events SET notes = 'y' WHERE id = 1")
    owner.execute("SELECT utc_now() - updated_at < interval '1 minute' FROM events WHERE id = 1")
    assert owner.fetchone() == (True,)


def test_upgrade_that_is_done_changes_nothing(template: dict[str, str]) -> None:
    provisioning.upgrade_schema(template)
    assert provisioning.read_current_revision(template) == REVISIONS[-1]


def test_two_upgrades_at_once_queue(bare: dict[str, str]) -> None:
    holder = connect(bare)
    holder.cursor().execute("SELECT pg_advisory_lock(7301943201)")
    program = f"from crm.database import provisioning; provisioning.upgrade_schema({bare!r})"
    both = [subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) for _process in range(2)]
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    until(lambda: query(bare, waiting) == [(2,)])
    holder.close()
    assert [process.wait(60) for process in both] == [0, 0]
    assert provisioning.read_current_revision(bare) == REVISIONS[-1]
    assert {"users", "payments", "audit_entries"} <= tables(bare)


@pytest.mark.parametrize("start", [None, "0003"])
def test_failing_migration_leaves_nothing_applied(
    bare: dict[str, str], tmp_path: Path, start: str | None
) -> None:
    if start:
        provisioning.upgrade_schema(bare, start)
    before = tables(bare)
    scripts = tmp_path / "migrations"
    shutil.copytree(
        provisioning.find_migrations(), scripts, ignore=shutil.ignore_patterns("__pycache__")
    )
    (scripts / "versions" / "9999_fail.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision = '9999', '{REVISIONS[-1]}'\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE half (id integer)')\n"
        "    op.execute('SELECT 1 / 0')\n"
    )
    config = provisioning.build_alembic_config(provisioning.build_engine(bare))
    config.set_main_option("script_location", str(scripts))
    with pytest.raises(Exception, match="division by zero"):
        command.upgrade(config, "head")
    assert tables(bare) == before
    assert provisioning.read_current_revision(bare) == start


def test_upgrade_does_not_wait_for_ever(bare: dict[str, str]) -> None:
    provisioning.upgrade_schema(bare, "0001")
    reader = connect(bare)
    reader.cursor().execute("SELECT FROM users")
    config = provisioning.build_alembic_config(provisioning.build_engine(bare))
    config.attributes["lock_timeout"] = "100ms"
    with pytest.raises(OperationalError, match="lock timeout"):
        command.upgrade(config, "head")
    assert provisioning.read_current_revision(bare) == "0001"
    reader.close()
