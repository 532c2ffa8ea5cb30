"""A company is backed up, damaged and restored: every row and every right is what it was."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest
from psycopg2.sql import SQL, Identifier
from support.backups import (
    PASSPHRASE,
    databases,
    execute,
    needs_gpg,
    of_the_database,
    query,
    rights,
    rows,
    sequences,
)  # fmt: skip
from support.cli import REPOSITORY, url
from support.company import Company
from support.database import Database, copied
from support.migrations import NEXT, Migrations
from support.waiting import PATIENCE, until

from crm.backup import archive, making, measuring, restoring, tools
from crm.backup.databases import lock_server
from crm.backup.manifest import parse_manifest
from crm.backup.restoring import (
    OpenBackup,
    RestoreOutcome,
    read_current,
    restore_to_scratch,
)
from crm.backup.server_side import LoginRole
from crm.database import provisioning, upgrades
from crm.database.revision import BASELINE, SCHEMA_REVISION
from crm.database.transaction import connect, transaction
from crm.domain.errors import CRMError, DatabaseUnavailable, RuleViolation

OLDER = [f"{number:04}" for number in range(int(BASELINE), int(SCHEMA_REVISION))]
# What every revision since has carried along.
OLD_USER = """
    INSERT INTO users (first_name, last_name, email, hashed_password, role)
    VALUES ('Zoë', 'Dupont', 'zoe@mail.com', '$argon2id$v=19$m=65536,t=3,p=4$' || repeat('a', 22)
        || '$' || repeat('b', 43), 'MANAGEMENT')
"""

DAMAGE = (
    "SET session_replication_role = replica",
    "DELETE FROM payments",
    "UPDATE clients SET full_name = 'Somebody Else', version = version + 1",
    "DELETE FROM events WHERE id = 1",
    "DROP POLICY clients_select ON clients",
    "ALTER TABLE contracts DISABLE TRIGGER tg_contracts_guard",
    "ALTER FUNCTION employee_id() RESET search_path",
    "GRANT ALL ON users TO epicevents_app",
    "ALTER TABLE payments OWNER TO postgres",
)


@pytest.fixture(autouse=True)
def nothing_is_left_behind(database: Database) -> Iterator[None]:
    """No test leaves a database that it did not ask for, whatever it breaks."""
    before = databases(database.template)
    yield
    left = databases(database.template) - before
    for name in left:
        database.server().execute(SQL("DROP DATABASE {}").format(Identifier(name)))
    assert {name for name in left if "_before_" not in name} == set()


@contextmanager
def opened(path: Path, passphrase: str | None = None) -> Iterator[OpenBackup]:
    with archive.open_archive(path) as backup:
        manifest = backup.manifest(passphrase)
        backup.verify(manifest)
        yield OpenBackup(backup, manifest, passphrase)


def restore(
    parameters: dict[str, str],
    path: Path,
    passphrase: str | None = None,
    *,
    skip_foreign: bool = False,
) -> RestoreOutcome:
    """Restore a backup in place of what is there."""
    with (
        opened(path, passphrase) as source,
        lock_server(parameters) as found,
        restore_to_scratch(found, source, LoginRole(), skip_foreign=skip_foreign) as (
            name,
            outcome,
        ),
    ):
        outcome.kept = found.exchange(name)
    return outcome


def refused(call: Callable[[], object]) -> CRMError:
    with pytest.raises(CRMError) as caught:
        call()
    return caught.value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "company.backup"


@pytest.mark.parametrize("passphrase", [None, pytest.param(PASSPHRASE, marks=needs_gpg)])
def test_every_row_and_every_right_comes_back(
    database: Database, path: Path, passphrase: str | None
) -> None:
    execute(
        database.admin,
        "INSERT INTO suspensions (user_id, suspended_at, suspended_by_id)"
        " SELECT 5, timestamp '2030-01-01', 1",
        f"ALTER DATABASE {database.name} SET search_path = public, \"$user\", 'with space'",
        f"ALTER ROLE epicevents_cli IN DATABASE {database.name} SET work_mem = '8MB'",
        f"ALTER DATABASE {database.name} SET default_transaction_read_only = on",
    )
    before = [f(database.admin) for f in (rows, sequences, rights, of_the_database)]
    making.make_backup(database.admin, path, passphrase)
    execute(database.admin, "SET default_transaction_read_only = off", *DAMAGE)
    assert [f(database.admin) for f in (rows, rights)] != [before[0], before[2]]

    outcome = restore(database.admin, path, passphrase)

    assert [f(database.admin) for f in (rows, sequences, rights, of_the_database)] == before
    assert (outcome.missing, outcome.made_roles, outcome.faults) == ([], [], [])
    assert outcome.kept in databases(database.admin)


def test_the_restored_company_goes_on_where_it_stopped(
    database: Database, company: Company, path: Path
) -> None:
    before = database.session_of(company.manager)
    installation = database.installation()
    making.make_backup(database.admin, path)
    number = query(database.admin, "SELECT max(id) FROM audit_transactions")[0][0]
    restore(database.admin, path)

    with closing(connect(database.app)) as connection:
        with pytest.raises(CRMError) as caught, transaction(connection, before):
            pass
        assert caught.value.code == "session_expired"
    assert query(database.admin, "SELECT * FROM sessions, login_attempts") == []
    assert database.installation() == installation
    with database.as_user(company.manager) as tx:
        tx.execute("UPDATE clients SET full_name = 'After' WHERE id = 1")
    assert query(
        database.admin, "SELECT id > (SELECT max(id) FROM sessions) - 1 FROM sessions"
    ) == [(True,)]
    # Sessions that the audit names keep their numbers to themselves.
    assert query(database.admin, "SELECT min(id) > 1 FROM sessions") == [(True,)]
    assert query(database.admin, "SELECT max(id) FROM audit_transactions") == [(number + 1,)]


def test_a_backup_holds_one_moment(database: Database, path: Path) -> None:
    """What is committed while it is being made is in neither its rows nor its sums."""
    written: list[int] = []

    def meanwhile(_size: int) -> None:
        if not written:
            execute(database.admin, "UPDATE users SET phone = '+33612345678' WHERE id = 1")
        written.append(1)

    # The first piece comes when tables are dumped already, or not: the sums tell.
    making.make_backup(database.admin, path, moved=meanwhile)
    assert written
    with (
        opened(path) as source,
        lock_server(database.admin) as found,
        restore_to_scratch(found, source, LoginRole()),
    ):
        pass


def test_what_was_there_is_kept_untouched_until_it_is_dropped(
    database: Database, path: Path
) -> None:
    making.make_backup(database.admin, path)
    execute(database.admin, "UPDATE users SET phone = '+33612345678' WHERE id = 1")
    now = rows(database.admin)
    kept = restore(database.admin, path).kept
    assert kept
    with lock_server(database.admin) as found:
        assert found.list_replaced() == [kept]
    execute(
        {**database.admin, "dbname": "postgres"}, f"ALTER DATABASE {kept} ALLOW_CONNECTIONS true"
    )
    assert rows({**database.admin, "dbname": kept}) == now


def test_whoever_is_connected_is_sent_away(database: Database, path: Path) -> None:
    making.make_backup(database.admin, path)
    with closing(connect(database.app)) as busy:
        busy.cursor().execute("SELECT 1")
        restore(database.admin, path)
        with pytest.raises(Exception, match=r"terminat|closed"):
            busy.cursor().execute("SELECT 1")


def test_a_server_without_our_roles_gets_them(database: Database, path: Path) -> None:
    """Logins of workstations and of other programs come back as roles that cannot log in yet."""
    execute(
        database.admin,
        "CREATE ROLE workstation_7 LOGIN; GRANT epicevents_app TO workstation_7",
        "CREATE ROLE reporting LOGIN; GRANT SELECT ON clients TO reporting",
        f"GRANT CONNECT ON DATABASE {database.name} TO reporting",
    )
    before = [f(database.admin) for f in (rights, of_the_database)]
    making.make_backup(database.admin, path)
    database.drop()
    execute(
        {**database.admin, "dbname": "postgres"}, "DROP ROLE workstation_7", "DROP ROLE reporting"
    )
    try:
        outcome = restore(database.admin, path)
        assert (outcome.kept, outcome.missing) == (None, [])
        assert sorted(outcome.made_roles) == ["reporting", "workstation_7"]
        assert [f(database.admin) for f in (rights, of_the_database)] == before
        found = query(
            database.admin,
            "SELECT rolname, rolcanlogin, pg_has_role(oid, 'epicevents_app', 'MEMBER')"
            " FROM pg_roles WHERE rolname IN ('workstation_7', 'reporting') ORDER BY 1",
        )
        assert found == [("reporting", False, False), ("workstation_7", False, True)]
    finally:
        execute(
            database.admin,
            "DROP OWNED BY reporting, workstation_7",
            "DROP ROLE IF EXISTS reporting, workstation_7",
        )


def test_a_backup_of_an_older_schema_is_upgraded(
    database: Database, path: Path, migrations: Migrations, monkeypatch: pytest.MonkeyPatch
) -> None:
    making.make_backup(database.admin, path)
    migrations.add_revision("ALTER TABLE clients ADD COLUMN website TEXT DEFAULT 'none'")
    for module in (restoring, measuring):
        monkeypatch.setattr(module, "SCHEMA_REVISION", NEXT)
    outcome = restore(database.admin, path)
    assert outcome.upgraded_from == SCHEMA_REVISION
    assert upgrades.read_current_revision(database.admin) == NEXT
    assert query(database.admin, "SELECT DISTINCT website FROM clients") == [("none",)]


def test_newer_schemas_and_servers_are_refused(database: Database, path: Path) -> None:
    execute(database.admin, "UPDATE alembic_version SET version_num = '9999'")
    error = refused(lambda: making.make_backup(database.admin, path))
    assert error.code == "schema_newer"
    assert "does not know what a backup of it must leave out" in error.message
    assert not path.exists()
    execute(database.admin, f"UPDATE alembic_version SET version_num = '{SCHEMA_REVISION}'")
    making.make_backup(database.admin, path)
    with opened(path) as source, lock_server(database.admin) as found:
        contents = source.manifest.contents
        for newer, code in (
            (replace(contents, schema_revision="9999"), "schema_newer"),
            (replace(contents, schema_revision="0018"), "schema_too_old"),
            (replace(contents, server_major=99), "server_older"),
        ):
            changed = source._replace(manifest=replace(source.manifest, contents=newer))
            with (
                pytest.raises(DatabaseUnavailable) as caught,
                restore_to_scratch(found, changed, LoginRole()),
            ):
                pass
            assert caught.value.code == code


def test_rows_that_come_out_otherwise_are_refused(database: Database, path: Path) -> None:
    making.make_backup(database.admin, path)
    before = rows(database.admin)
    with opened(path) as source, lock_server(database.admin) as found:
        contents = source.manifest.contents
        tables = {
            **contents.tables,
            "public.clients": replace(contents.tables["public.clients"], checksum="1"),
        }
        forged = source._replace(
            manifest=replace(source.manifest, contents=replace(contents, tables=tables))
        )
        with (
            pytest.raises(RuleViolation) as caught,
            restore_to_scratch(found, forged, LoginRole()) as (name, _o),
        ):
            found.exchange(name)
    assert caught.value.code == "backup_not_restorable"
    assert "public.clients" in caught.value.message
    assert rows(database.admin) == before


def test_data_that_were_at_fault_come_back_and_new_faults_do_not(
    database: Database, path: Path
) -> None:
    execute(
        database.admin,
        "SET session_replication_role = replica",
        "UPDATE contracts SET amount_due = 1 WHERE id = 1",
    )
    made = making.make_backup(database.admin, path)
    assert made.contents.faults == ["ledger"]
    assert restore(database.admin, path).faults == ["ledger"]
    with opened(path) as source, lock_server(database.admin) as found:
        contents = replace(source.manifest.contents, faults=[])
        sound = source._replace(manifest=replace(source.manifest, contents=contents))
        with (
            pytest.raises(RuleViolation, match="ledger"),
            restore_to_scratch(found, sound, LoginRole()),
        ):
            pass


def test_rights_that_were_at_fault_are_set_right(database: Database, path: Path) -> None:
    """What guards the rows comes from the program's own files, whatever the backup's had become."""
    before = rights(database.admin)
    execute(
        database.admin,
        "DROP POLICY clients_select ON clients",
        "ALTER TABLE contracts DISABLE TRIGGER tg_contracts_guard",
        "GRANT ALL ON users TO epicevents_app",
        "ALTER TABLE payments DISABLE ROW LEVEL SECURITY",
        "ALTER FUNCTION employee_id() RESET search_path",
    )
    making.make_backup(database.admin, path)
    assert restore(database.admin, path).faults == []
    assert rights(database.admin) == before


def test_what_the_program_did_not_make_is_refused_or_left_out(
    database: Database, path: Path
) -> None:
    before = rights(database.admin)
    execute(
        database.admin,
        "CREATE SCHEMA reporting",
        "CREATE VIEW reporting.turnover AS SELECT sum(amount) FROM payments",
        "CREATE TABLE notes (id int)",
        "INSERT INTO notes VALUES (1)",
        "CREATE INDEX ix_clients_own ON clients (phone)",
    )
    making.make_backup(database.admin, path)
    error = refused(lambda: restore(database.admin, path))
    assert error.code == "foreign_objects"
    assert error.details["objects"] == [
        "index ix_clients_own", "schema reporting", "table notes", "view reporting.turnover",
    ]  # fmt: skip
    outcome = restore(database.admin, path, skip_foreign=True)
    assert outcome.left_out == error.details["objects"]
    assert rights(database.admin) == before


@pytest.mark.parametrize("revision", OLDER)
def test_a_backup_of_each_older_schema_comes_back(
    database: Database, path: Path, revision: str
) -> None:
    with lock_server(database.admin) as server, server.scratch() as name:
        old = server.parameters_for(name)
        with closing(connect(old)) as connection:
            provisioning.make_roles(connection)
        upgrades.lay_revision(old, revision)
        execute(old, "SET ROLE epicevents_owner", OLD_USER)
        making.make_backup(old, path)
    outcome = restore(database.admin, path)
    assert outcome.upgraded_from == revision
    assert upgrades.read_current_revision(database.admin) == SCHEMA_REVISION
    assert query(database.admin, "SELECT name_folded FROM users") == [("dupont zoe",)]


def test_a_backup_of_an_older_format_says_what_to_do() -> None:
    error = refused(lambda: parse_manifest(b'{"format": 1, "program": "0.1.0"}'))
    assert (error.code, error.exit_code) == ("backup_older", 7)
    assert "0.1.0" in str(error)


def test_one_restores_at_a_time_and_clears_up_after_who_was_killed(
    database: Database, path: Path
) -> None:
    making.make_backup(database.admin, path)
    execute({**database.admin, "dbname": "postgres"}, "CREATE DATABASE epicevents_scratch_0badcafe")
    with lock_server(database.admin):
        assert "epicevents_scratch_0badcafe" not in databases(database.admin)
        assert refused(lambda: read_current(database.admin)).code == "busy"


def test_what_a_restore_would_lose_is_known(template: dict[str, str], database: Database) -> None:
    with copied(template) as empty:
        assert read_current(empty.admin) is None
        assert read_current({**database.admin, "dbname": "not_there"}) is None
        execute(empty.admin, "DROP TABLE alembic_version CASCADE")
        assert refused(lambda: read_current(empty.admin)).code == "foreign_database"


def test_programs_of_a_newer_major_version_do_too(database: Database, path: Path) -> None:
    newest = max(tools.list_tools(), key=lambda found: found.major)
    made = making.make_backup(database.admin, path, programs=newest)
    assert made.archive_major == newest.major
    before = rows(database.admin)
    restore(database.admin, path)
    assert rows(database.admin) == before


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_restore_leaves_all_as_it_was(
    database: Database, path: Path, tmp_path: Path, ending: signal.Signals
) -> None:
    making.make_backup(database.admin, path)
    before, known = rows(database.admin), databases(database.admin)
    postgres = {**database.admin, "dbname": "postgres"}
    with closing(connect(postgres)) as held_up:
        # Roles are granted before anything is restored; that has to wait.
        held_up.cursor().execute("LOCK TABLE pg_auth_members IN SHARE MODE")
        child = start_restore(database, path, tmp_path)
        waits = (
            "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'pg_auth_members'::regclass"
        )
        until(lambda: query(postgres, waits))
        assert databases(postgres) - known
        child.send_signal(ending)
        out, err = child.communicate(timeout=PATIENCE)
    assert (child.returncode, out) == (130, b""), err
    assert b"Traceback" not in err
    assert (rows(database.admin), databases(postgres)) == (before, known)


def test_killed_in_the_exchange_the_company_stays_open(
    database: Database, path: Path, tmp_path: Path
) -> None:
    making.make_backup(database.admin, path)
    before, postgres = rows(database.admin), {**database.admin, "dbname": "postgres"}
    with closing(connect(postgres)) as held_up:
        # A rename must wait for whoever describes the database.
        held_up.cursor().execute(f"COMMENT ON DATABASE {database.name} IS 'held'")
        child = start_restore(database, path, tmp_path)
        try:
            until(lambda: query(postgres, HELD_UP))
        finally:
            child.kill()
            child.communicate(timeout=PATIENCE)
        held_up.rollback()
    assert rows(database.admin) == before
    with lock_server(database.admin):  # clears up what the one that was killed has left
        pass


HELD_UP = """
    SELECT 1 FROM pg_locks
    WHERE NOT granted AND mode = 'AccessExclusiveLock' AND classid = 'pg_database'::regclass
"""


def test_whoever_connects_again_and_again_holds_no_exchange_up(
    database: Database, path: Path
) -> None:
    making.make_backup(database.admin, path)
    done, connected = threading.Event(), []

    def connect_again() -> None:
        while not done.is_set():
            with (
                suppress(DatabaseUnavailable, psycopg2.Error),
                closing(connect(database.app)) as found,
            ):
                connected.append(found.info.backend_pid)
                found.cursor().execute("SELECT pg_sleep(0.01)")

    threads = [threading.Thread(target=connect_again) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        assert restore(database.admin, path).kept
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert connected


def start_restore(database: Database, path: Path, home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "crm", "db", "restore", str(path), "--replace", "--yes"],
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(REPOSITORY),
            "EPICEVENTS_HOME": str(home),
            "EPICEVENTS_ADMIN_DATABASE_URL": url(database.admin),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
