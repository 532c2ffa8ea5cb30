"""Workstations whose program is older than the schema go on where the schema only gained.

The older program is a wheel of these sources; the newer one, a wheel of a copy that has another
revision, with a column more in a table, in a view and in what a session is told.
"""

from pathlib import Path

import pytest
from support.cli import PASSWORD, Workstation, url
from support.database import Database
from support.migrations import NEXT, Migrations, pretend_newer
from support.wheels import Program

from crm.database.revision import SCHEMA_REVISION
from crm.security import passwords

pytestmark = pytest.mark.proof


def grow(tree: Path) -> None:
    """Make the sources those of a version that adds a column."""
    migrations = Migrations(tree / "migrations")
    migrations.add_revision("ALTER TABLE clients ADD COLUMN website VARCHAR(100)")
    checked = "CHECK (erased_at >= '1900-01-01' AND erased_at < '3000-01-01'),\n"
    migrations.change("tables/client.sql", checked, checked + "    website VARCHAR(100),\n")
    view, last = "objects/client/client_list.sql", "c.incomplete"
    migrations.change(view, f"{last}\n", f"{last}, c.website\n")
    begin = "objects/session/begin_session.sql"
    migrations.change(begin, "oldest_program text\n", "oldest_program text, greeting text\n")
    migrations.change(begin, "oldest_program();", "oldest_program(), 'Good morning';")
    revision = tree / "crm/database/revision.py"
    text = revision.read_text("utf-8")
    newer = text.replace(f'SCHEMA_REVISION = "{SCHEMA_REVISION}"', f'SCHEMA_REVISION = "{NEXT}"')
    assert newer != text
    revision.write_text(newer, "utf-8")


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program of these sources."""
    return Program(tmp_path_factory.mktemp("older"))


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program of the next version."""
    return Program(tmp_path_factory.mktemp("newer"), grow)


@pytest.fixture
def environ(workstation: Workstation, database: Database) -> dict[str, str]:
    """The environment of a manager's workstation that has the administrator's URL."""
    owner = database.owner()
    owner.cursor().execute(
        "UPDATE users SET hashed_password = %s WHERE id = 1", (passwords.hash_password(PASSWORD),)
    )
    owner.close()
    return {**workstation.environ, "EPICEVENTS_ADMIN_DATABASE_URL": url(database.admin)}


LOGIN = ("login", "marie@epicevents.example", "--password-stdin")
WORK = (
    LOGIN,
    ("whoami",),
    ("dashboard",),
    ("client", "list"),
    ("client", "list", "--all", "-o", "csv"),
    ("client", "show", "1"),
    ("client", "create", "--full-name", "Ada", "--email", "ada@x.example", "--phone", "0612345678",
     "--company-name", "Ada", "--sales-contact", "sophie"),
    ("client", "update", "1", "--phone", "0698765432"),
    ("contract", "sign", "1"),
    ("contract", "pay", "3", "100"),
    ("event", "list"),
    ("search", "Éléonore"),
    ("history", "client", "1"),
    ("undo", "--reason", "a slip", "--yes"),
    ("doctor",),
    ("db", "status"),
)  # fmt: skip


def test_an_older_program_works_with_a_schema_that_only_gained(
    older: Program, newer: Program, environ: dict[str, str]
) -> None:
    older.run(environ, *LOGIN, stdin=PASSWORD).done()
    older.run(environ, "client", "list").done()
    refused = newer.run(environ, "client", "list", "--json")
    assert (refused.status, refused.error()["code"]) == (7, "schema_older")
    assert "epicevents db upgrade" in refused.error()["hint"]

    upgraded = newer.run(environ, "db", "upgrade").done()
    assert "Workstations may go on with the program that they have." in upgraded.err
    newer.run(environ, "client", "list", "--fields", "id").done()
    for words in WORK:
        ran = older.run(environ, *words, stdin=PASSWORD if words == LOGIN else "")
        assert ran.status == 0, f"{words}: {ran.err}{ran.out}"
    undone = older.run(environ, "db", "upgrade", "--json")
    assert (undone.status, undone.error()["code"]) == (7, "schema_newer")


def test_an_older_program_is_refused_by_a_schema_that_took_something_away(
    older: Program, environ: dict[str, str], database: Database
) -> None:
    older.run(environ, *LOGIN, stdin=PASSWORD).done()
    owner = database.owner()
    pretend_newer(owner.cursor())
    owner.close()
    for words in (("client", "list"), ("contract", "pay", "3", "100"), ("db", "upgrade")):
        refused = older.run(environ, *words, "--json")
        assert (refused.status, refused.error()["code"]) == (7, "schema_newer")
    assert older.run(environ, "join").status == 7
