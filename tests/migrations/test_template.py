"""What ``alembic revision`` writes is a revision that can be applied."""

import subprocess
import sys
from pathlib import Path

from alembic import command
from support.cli import REPOSITORY
from support.database import Database
from support.migrations import NEXT, Migrations

from crm.database import upgrades


def test_a_new_revision_is_tidy_and_changes_nothing_yet(
    database: Database, migrations: Migrations
) -> None:
    config = upgrades.build_alembic_config(upgrades.build_engine(database.admin))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    command.revision(config, "Deposits.", rev_id=NEXT)
    written = migrations.root / "versions" / f"{NEXT}_deposits.py"
    assert written.read_text("utf-8").startswith('"""Deposits."""\n\nrevision = "9999"\n')
    ruff = Path(sys.executable).parent / "ruff"
    for check in (("check",), ("format", "--check")):
        subprocess.run(
            [ruff, *check, "--config", REPOSITORY / "pyproject.toml", written], check=True
        )
    assert upgrades.upgrade_schema(database.admin) == [f"{NEXT}_deposits"]
