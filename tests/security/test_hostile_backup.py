"""A backup that somebody prepared: its rows come in, and nothing that it says is ever run."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from support.backups import databases, execute, query
from support.database import Database

from crm.backup import archive, loading, making, restoring
from crm.backup.databases import lock_server
from crm.backup.server_side import LoginRole
from crm.database import provisioning
from crm.database.revision import SCHEMA_REVISION
from crm.database.transaction import Transaction
from crm.domain.errors import CRMError

# What says RESET ROLE is whoever logged in: PostgreSQL's superuser, if that is who restores.
TRAP = """
    CREATE OR REPLACE FUNCTION spring() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        RESET ROLE;
        COPY (SELECT 1) TO PROGRAM 'touch {canary}';
    EXCEPTION WHEN OTHERS THEN NULL;
    END $$;
    CREATE OR REPLACE FUNCTION {name} {returns} LANGUAGE plpgsql {kind} AS $$
    BEGIN
        PERFORM public.spring();
        RETURN {value};
    END $$;
"""

CHECK = {
    "name": "trap(value text)",
    "returns": "RETURNS boolean",
    "kind": "IMMUTABLE",
    "value": "true",
}
TRIGGER = {"name": "trap()", "returns": "RETURNS trigger", "kind": "", "value": "NEW"}
OWN = {"name": "is_plain_text(value text, several_lines boolean)", "returns": "RETURNS boolean",
       "kind": "IMMUTABLE", "value": "true"}  # fmt: skip
GATE = {"name": "employee_id()", "returns": "RETURNS integer", "kind": "STABLE", "value": "1"}
TEXT = {
    "name": "trap(value text)",
    "returns": "RETURNS text",
    "kind": "IMMUTABLE",
    "value": "value",
}

TRAPS = {
    "a check": (CHECK, "ALTER TABLE clients ADD CONSTRAINT ck_trap CHECK (trap(full_name))"),
    "an index": (CHECK, "CREATE INDEX ix_clients_trap ON clients (trap(full_name))"),
    "a generated column": (
        TEXT,
        "ALTER TABLE clients ADD COLUMN trap text GENERATED ALWAYS AS (trap(full_name)) STORED",
    ),
    "a trigger": (
        TRIGGER,
        "CREATE TRIGGER trap BEFORE INSERT ON clients FOR EACH ROW EXECUTE FUNCTION trap()",
    ),
    "a table of its own": (
        CHECK,
        "CREATE TABLE trapped (t text CHECK (trap(t))); INSERT INTO trapped VALUES ('x')",
    ),
    "a function of ours under checks": (OWN, ""),
    "a function of ours under gates": (GATE, ""),
    "statistics": (CHECK, "CREATE STATISTICS trap ON trap(full_name), email FROM clients"),
}


@pytest.fixture
def canary() -> Iterator[Path]:
    """What a command touches, where the server's user may write."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o777)
        yield Path(directory) / "canary"


@pytest.fixture(autouse=True)
def nothing_is_left_behind(database: Database) -> Iterator[None]:
    before = databases(database.template)
    yield
    assert databases(database.template) == before


def check(database: Database, path: Path, missing: list[str] | None = None) -> CRMError | None:
    """Try a backup on the company's server; return the refusal, or note what was not given."""
    try:
        with (
            archive.open_archive(path) as backup,
            lock_server(database.admin) as server,
        ):
            manifest = backup.manifest(None)
            backup.verify(manifest)
            source = restoring.OpenBackup(backup, manifest, None)
            with restoring.restore_to_scratch(server, source, LoginRole()) as (name, outcome):
                (missing if missing is not None else []).extend(outcome.missing)
                assert query(
                    server.parameters_for(name),
                    "SELECT 1 FROM pg_class c, aclexplode(relacl) a JOIN pg_roles r ON"
                    " r.oid = a.grantee WHERE r.rolname = 'reporting'",
                ) == []  # fmt: skip
    except CRMError as error:
        return error
    return None


@pytest.mark.parametrize("trap", TRAPS)
def test_no_object_of_a_backup_runs(
    database: Database, tmp_path: Path, canary: Path, trap: str
) -> None:
    function, statement = TRAPS[trap]
    execute(
        {**database.admin, "options": "-c role=epicevents_owner"},
        TRAP.format(**function, canary=canary),
        *([statement] if statement else []),
    )
    making.make_backup(database.admin, tmp_path / "evil.backup")
    canary.unlink(missing_ok=True)  # it was laid by a superuser
    error = check(database, tmp_path / "evil.backup")
    assert error is not None
    assert (error.code, error.exit_code) == ("foreign_objects", 6)
    assert "function spring()" in str(error.details["objects"])
    assert not canary.exists()


def write_dump(tx: Transaction, *lines: str) -> dict[str, str]:
    tx.execute("SET LOCAL ROLE epicevents_owner")
    return loading.load_rows(tx, BytesIO("".join(f"{line}\n" for line in lines).encode()))


def test_of_a_dump_rows_and_positions_alone_are_taken(empty_database: Database) -> None:
    with provisioning.admin_transaction(empty_database.admin) as tx:
        held = write_dump(
            tx,
            "\\restrict token",
            "SELECT pg_catalog.pg_sleep(60);",
            "DROP TABLE public.clients;",
            "-- Name: evil(); Type: FUNCTION; Schema: public; Owner: -",
            "CREATE FUNCTION public.evil() RETURNS void LANGUAGE sql AS $$",
            "DROP TABLE public.users;",
            "$$;",
            "COPY public.denials (id, employee_id) FROM PROGRAM 'touch /evil';",
            "COPY public.tasks; DROP TABLE users; -- (id) FROM stdin;",
            "COPY public.sessions (id, user_id) FROM stdin;",
            "1\t1",
            "\\.",
            "COPY public.alembic_version (version_num) FROM stdin;",
            "9999",
            "\\.",
            "COPY public.not_there (id) FROM stdin;",
            "1",
            "\\.",
            "SELECT pg_catalog.setval('public.clients_id_seq', 41, true); DROP TABLE users;",
            "SELECT pg_catalog.setval('pg_catalog.not_ours', 41, true);",
            "SELECT pg_catalog.setval('public.clients', 41, true);",
        )
        assert held == {"function evil()": "evil"}
        assert tx.value("SELECT nextval('clients_id_seq')") == 42
        assert tx.value("SELECT count(*) FROM sessions") == 0
        assert tx.value("SELECT version_num FROM alembic_version") == SCHEMA_REVISION
        assert tx.value("SELECT to_regprocedure('evil()')") is None
        assert tx.value("SELECT count(*) FROM users") == 0


@pytest.mark.parametrize(
    "rows",
    [
        ("COPY public.users (id, nonsense) FROM stdin;", "1\t2", "\\."),
        ("COPY public.users (id, full_name_folded) FROM stdin;", "1\tx", "\\."),
        ("COPY public.users (id, email) FROM stdin;", "1\tno email", "\\."),
        ("COPY public.users (id) FROM stdin;", "x" * 200_000, "\\."),
    ],
)
def test_rows_that_do_not_fit_name_their_table(
    empty_database: Database, rows: tuple[str, ...]
) -> None:
    with (
        pytest.raises(loading.UnusableRows, match="users"),
        provisioning.admin_transaction(empty_database.admin) as tx,
    ):
        write_dump(tx, *rows)


def forge(path: Path, forged: Path, **changes: Any) -> None:
    """Write a backup again whose manifest says something else, with sums that fit."""
    with archive.open_archive(path) as backup:
        manifest = backup.manifest(None)
        contents = replace(manifest.contents, **changes)
        with forged.open("wb") as file:
            archive.write_archive(file, backup.pieces(), replace(manifest, contents=contents), None)


INJECTED = "CONNECT ON DATABASE postgres TO PUBLIC; COPY (SELECT 1) TO PROGRAM 'touch {canary}'; --"


def forge_right(role: str, privilege: str, kind: str, name: str) -> dict[str, Any]:
    """What a manifest says that gives a role of its own a right."""
    return {"rights": [[role, privilege, kind, name, ""]], "roles": {"reporting": False}}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grants": [["reporting", INJECTED, False]], "roles": {"reporting": False}}, None),
        ({"grants": [["reporting", "CREATE", False]], "roles": {"reporting": False}}, None),
        ({"settings": [["", "session_preload_libraries", "evil"]]}, None),
        ({"settings": [["", "local_preload_libraries", "evil"]]}, None),
        ({"settings": [["postgres", "role", "epicevents_owner"]]}, None),
        ({"settings": [["", "x'; COPY (SELECT 1) TO PROGRAM 'touch {canary}'; --", "1"]]}, None),
        (forge_right("reporting", INJECTED, "TABLE", "clients"), None),
        (forge_right("reporting", "TRIGGER", "TABLE", "clients"), None),
        (forge_right("reporting", "SELECT", "TABLE", "pg_authid"), None),
        (forge_right("reporting", "SELECT", "TABLE clients TO PUBLIC; --", "clients"), None),
        (forge_right("reporting", "EXECUTE", "FUNCTION", "fold(text); DROP TABLE users"), None),
        (forge_right("epicevents_app", "SELECT", "TABLE", "sessions"), None),
        (forge_right("public", "SELECT", "TABLE", "sessions"), None),
        ({"schema_revision": f"{SCHEMA_REVISION}/../../evil"}, "backup_damaged"),
        ({"server_major": "1"}, "backup_damaged"),
        ({"grants": [[1, 2, 3]]}, "backup_damaged"),
        ({"settings": [["", "x"]]}, "backup_damaged"),
        ({"roles": {"a\0b": True}}, "backup_damaged"),
    ],
)
def test_a_manifest_is_believed_in_nothing_that_harms(
    database: Database, tmp_path: Path, canary: Path, changes: dict[str, Any], code: str | None
) -> None:
    making.make_backup(database.admin, path := tmp_path / "company.backup")
    text = json.dumps(changes).replace("{canary}", str(canary))
    forge(path, tmp_path / "evil.backup", **json.loads(text))
    refused: list[str] = []
    before = catalogue(database)
    error = check(database, tmp_path / "evil.backup", refused)
    assert (error and error.code) == code
    assert code or refused
    assert not canary.exists()
    assert catalogue(database) == before  # nor does a role of the backup stay


def catalogue(database: Database) -> list[tuple[Any, ...]]:
    """Who may do what on the server outside of the restored database."""
    return query(
        database.admin,
        "SELECT rolname::text, rolsuper::text, NULL FROM pg_roles"
        " UNION ALL SELECT datname, datacl::text, NULL FROM pg_database"
        " UNION ALL SELECT setdatabase::text, setrole::text, setconfig::text"
        " FROM pg_db_role_setting ORDER BY 1, 2, 3",
    )
