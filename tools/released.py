"""Writes what the newest revision has, when a version is released: backups of it name no more."""

from pathlib import Path

from crm.database import laying, upgrades
from crm.database.revision import SCHEMA_REVISION

RELEASED = Path(__file__).parents[1] / "migrations" / laying.RELEASED
HEAD = f"-- The tables of revision {SCHEMA_REVISION}, as they were released. Never edited.\n\n"


def main() -> None:
    """Write ``released/NNNN.sql`` and ``.txt``; refuse to change one that is there."""
    scripts = upgrades.find_migrations()
    tables = laying.read_files(scripts / "tables")
    with (RELEASED / f"{SCHEMA_REVISION}.sql").open("x", encoding="utf-8") as file:
        file.write(HEAD + "\n".join(each.sql for each in tables))
    files = laying.read_files(scripts / "objects")
    names = {name for each in files for _kind, name in each.made}
    with (RELEASED / f"{SCHEMA_REVISION}.txt").open("x", encoding="utf-8") as file:
        file.write("\n".join(sorted(names)) + "\n")


if __name__ == "__main__":
    main()
