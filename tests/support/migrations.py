"""Migrations that a test may change: a copy, which the `migrations` fixture puts in their place."""

import re
import shutil
from pathlib import Path

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from crm.database import upgrades
from crm.database.revision import SCHEMA_REVISION

NEXT = "9999"  # the revision that a test adds
OLDEST_FILE = "objects/session/oldest_program.sql"
OLDEST_PROGRAM = re.findall(
    r"RETURN '(\d+)'", (upgrades.find_migrations() / OLDEST_FILE).read_text("utf-8")
)[0]


def pretend_newer(cursor: Cursor, oldest_program: str = NEXT) -> None:
    """Make the schema say that it is newer, and which programs may work with it."""
    cursor.execute("UPDATE alembic_version SET version_num = %s", (NEXT,))
    cursor.execute(
        "CREATE OR REPLACE FUNCTION oldest_program() RETURNS text LANGUAGE sql IMMUTABLE"
        f" PARALLEL SAFE RETURN '{oldest_program}'"
    )


def copy_migrations(root: Path) -> "Migrations":
    """Copy the directory of the migrations."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(upgrades.find_migrations(), root, ignore=ignore)
    return Migrations(root)


class Migrations:
    """A directory of migrations that may be changed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add_revision(self, *statements: str, changes_data: bool = False) -> None:
        """Add a revision that runs SQL, after those there are."""
        lines = "".join(f"    op.execute({statement!r})\n" for statement in statements)
        (self.root / "versions" / f"{NEXT}_next.py").write_text(
            '"""Next."""\n\nfrom alembic import op\n\n'
            f'revision, down_revision = "{NEXT}", "{SCHEMA_REVISION}"\n'
            f"changes_data = {changes_data}\n\n\n"
            f"def upgrade() -> None:\n{lines or '    pass'}\n",
            "utf-8",
        )

    def change(self, file: str, old: str, new: str) -> None:
        """Replace a text of a file, which must be there."""
        path = self.root / file
        text = path.read_text("utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new), "utf-8")
