"""Writes the tables of the newest revision for the tests, when a version is released."""

from pathlib import Path

from crm.database import laying, upgrades
from crm.database.revision import SCHEMA_REVISION

RELEASED = Path(__file__).parents[1] / "tests" / "migrations" / "released"
HEAD = f"-- The tables of revision {SCHEMA_REVISION}, as they were released. Never edited.\n\n"


def main() -> None:
    """Write ``released/NNNN.sql``; refuse to change one that is there."""
    tables = laying.read_files(upgrades.find_migrations() / "tables")
    with (RELEASED / f"{SCHEMA_REVISION}.sql").open("x", encoding="utf-8") as file:
        file.write(HEAD + "\n".join(each.sql for each in tables))


if __name__ == "__main__":
    main()
