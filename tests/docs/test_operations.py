"""The nightly recipe of the operations page, run as it stands there."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.backups import PASSPHRASE
from support.cli import REPOSITORY, url
from support.database import Database

PAGE = (REPOSITORY / "docs" / "operations.md").read_text("utf-8")
DAY = 24 * 60 * 60  # seconds


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """The script, where the page says that it lies, more or less."""
    found = re.search(r"```sh\n(#!/bin/sh\n.*?)```", PAGE, re.DOTALL)
    assert found
    script = tmp_path / "epicevents-nightly"
    script.write_text(found[1], "utf-8")
    script.chmod(0o755)
    return script


@pytest.mark.proof
def test_the_nightly_recipe_backs_up_checks_and_keeps_what_is_young(
    recipe: Path, database: Database, tmp_path: Path
) -> None:
    program = tmp_path / "epicevents"
    program.write_text(f'#!/bin/sh\necho "$@" >> said\nexec "{sys.executable}" -m crm "$@"\n')
    program.chmod(0o755)
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE + "\n")
    passphrase.chmod(0o600)
    backups = tmp_path / "backups"
    backups.mkdir()
    ages = {"company-2020-01-01.backup": 31, "company-2020-01-02.backup": 29, "other.backup": 99}
    for name, days in ages.items():
        (backups / name).touch()
        os.utime(backups / name, (0, time.time() - days * DAY - 60))
    environ = {
        "PATH": f"{tmp_path}:{os.defpath}",
        "PYTHONPATH": str(REPOSITORY),
        "EPICEVENTS_HOME": str(tmp_path / "home"),
        "EPICEVENTS_ADMIN_DATABASE_URL": url(database.admin),
        "BACKUPS": str(backups),
        "PASSPHRASE_FILE": str(passphrase),
    }

    def run(**more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [recipe], env=environ | more, cwd=tmp_path, capture_output=True, text=True, timeout=60
        )

    done = run(WEEKDAY="7")
    assert done.returncode == 0, done.stderr
    left = {path.name for path in backups.iterdir()}
    assert left - set(ages) == {f"company-{time.strftime('%Y-%m-%d')}.backup"}
    assert left & set(ages) == {"company-2020-01-02.backup", "other.backup"}
    assert run(WEEKDAY="1", KEEP_DAYS="0").returncode == 0
    said = (tmp_path / "said").read_text().splitlines()
    commands = [line.split(str(backups))[0].strip() for line in said]
    assert commands == ["db backup", "db check", "db backup", "db check"]
    assert [line.endswith("--quick") for line in said] == [False, False, False, True]

    # Where a night fails, nothing older goes.
    (backups / "company-2020-01-01.backup").touch()
    os.utime(backups / "company-2020-01-01.backup", (0, 0))
    passphrase.chmod(0o644)
    assert run(WEEKDAY="7").returncode == 2
    assert (backups / "company-2020-01-01.backup").exists()
